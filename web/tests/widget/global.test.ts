import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { installGlobal, type ShopkeeperApi } from "../../src/widget/global";
import { resolveSettings } from "../../src/widget/settings";

const SCRIPT = "https://chat.shop.example/widget.js";
const api = () => window.Shopkeeper as ShopkeeperApi;
const host = () => document.querySelector("shopkeeper-widget");
const panel = () => host()?.shadowRoot?.querySelector(".panel");

beforeEach(() => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network")));
});

afterEach(() => {
  delete window.Shopkeeper;
  delete window.shopkeeperSettings;
  host()?.remove();
  sessionStorage.clear();
  vi.unstubAllGlobals();
});

describe("the script on a page", () => {
  it("shows the widget by itself, inside a shadow tree", async () => {
    installGlobal(window, SCRIPT);
    await vi.waitFor(() => {
      expect(host()?.shadowRoot?.querySelector(".launcher")).toBeTruthy();
    });
    expect(document.querySelectorAll("style")).toHaveLength(0);
  });

  it("stands once, however many tags there are", () => {
    installGlobal(window, SCRIPT);
    const first = api();
    installGlobal(window, SCRIPT);
    first.run();
    expect(api()).toBe(first);
    expect(document.querySelectorAll("shopkeeper-widget")).toHaveLength(1);
  });

  it("does what was queued before it came", async () => {
    const onOpen = vi.fn();
    window.Shopkeeper = [["on", "open", onOpen], ["open"]];
    installGlobal(window, SCRIPT);
    await vi.waitFor(() => {
      expect(panel()).toBeTruthy();
    });
    expect(onOpen).toHaveBeenCalledOnce();
  });

  it("takes queued calls after it came too, and warns of unknown ones", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    installGlobal(window, SCRIPT);
    api().push(["toggle"], ["fly"]);
    await vi.waitFor(() => {
      expect(panel()).toBeTruthy();
    });
    expect(warn).toHaveBeenCalledOnce();
    warn.mockRestore();
  });

  it("opens, toggles and closes on the page's word, and tells until it is told to stop", async () => {
    installGlobal(window, SCRIPT);
    const heard = vi.fn();
    const end = api().on("open", heard);
    api().open();
    api().toggle();
    end();
    api().toggle();
    api().close();
    await vi.waitFor(() => {
      expect(panel()).toBeFalsy();
    });
    expect(heard).toHaveBeenCalledOnce();
  });
});

describe("settings", () => {
  it("find the chat where the script came from", () => {
    expect(resolveSettings({}, SCRIPT).baseUrl).toBe("https://chat.shop.example");
    expect(resolveSettings({ baseUrl: "https://other.example/shop/" }, SCRIPT).baseUrl).toBe(
      "https://other.example/shop",
    );
  });

  it("take the page's language", () => {
    document.documentElement.lang = "zh-CN";
    expect(resolveSettings({}, SCRIPT).locale).toBe("zh-CN");
    expect(resolveSettings({ locale: "en" }, SCRIPT).locale).toBe("en");
    document.documentElement.lang = "";
  });
});
