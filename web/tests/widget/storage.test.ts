import { afterEach, describe, expect, it, vi } from "vitest";
import { MemoryShelf, openShelf, readJson } from "../../src/widget/storage";
import { Outbox } from "../../src/widget/outbox";
import { aParcel } from "./builders";

afterEach(() => {
  vi.unstubAllGlobals();
  localStorage.clear();
});

describe("shelves", () => {
  it("keep things in the browser", () => {
    const shelf = openShelf("localStorage");
    shelf.write("a:1", "one");
    shelf.write("b:1", "two");
    expect(localStorage.getItem("a:1")).toBe("one");
    expect(shelf.keys("a:")).toEqual(["a:1"]);
    shelf.remove("a:1");
    expect(shelf.read("a:1")).toBeNull();
  });

  it("keep what the browser refuses for as long as the page lives", () => {
    const full: Storage = Object.assign(Object.create(localStorage) as Storage, {
      getItem: () => null,
      setItem: () => {
        throw new DOMException("full", "QuotaExceededError");
      },
      removeItem: () => undefined,
    });
    vi.stubGlobal("localStorage", full);
    const shelf = openShelf("localStorage");
    shelf.write("a", "one");
    expect(shelf.read("a")).toBe("one");
    shelf.remove("a");
    expect(shelf.read("a")).toBeNull();
  });

  it("work without any storage", () => {
    vi.stubGlobal("sessionStorage", undefined);
    const shelf = openShelf("sessionStorage");
    shelf.write("a", "one");
    expect(shelf.read("a")).toBe("one");
  });

  it("read broken JSON as nothing", () => {
    const shelf = new MemoryShelf();
    shelf.write("a", "{");
    expect(readJson(shelf, "a")).toBeNull();
  });
});

describe("the outbox", () => {
  it("gives unsent messages back in their order", () => {
    const shelf = new MemoryShelf();
    const outbox = new Outbox(shelf, "x:");
    const late = aParcel({ created_at: "2026-01-02T00:00:00Z" });
    const early = aParcel({ created_at: "2026-01-01T00:00:00Z" });
    outbox.put(late);
    outbox.put(early);
    expect(new Outbox(shelf, "x:").all()).toEqual([early, late]);
    outbox.remove(early.client_message_id);
    expect(outbox.all()).toEqual([late]);
  });

  it("leaves the other shoppers' messages alone and passes over broken ones", () => {
    const shelf = new MemoryShelf();
    new Outbox(shelf, "other:").put(aParcel());
    shelf.write("x:broken", "{}");
    const outbox = new Outbox(shelf, "x:");
    expect(outbox.all()).toEqual([]);
    outbox.clear();
    expect(shelf.keys("other:")).toHaveLength(1);
    expect(shelf.keys("x:")).toEqual([]);
  });
});
