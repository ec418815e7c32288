import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { doing } from "../act";
import { aMessage } from "./builders";
import { until } from "./fake-shop";
import { Screen } from "./screen";

let screen: Screen;

beforeEach(() => {
  screen = new Screen();
});

afterEach(() => {
  screen.leave();
});

describe("the panel", () => {
  it("opens with the bot's introduction, the field in focus, and says that a bot answers", async () => {
    await screen.open();
    expect(document.activeElement).toBe(screen.field);
    expect(screen.find(".header")?.textContent).toContain("AI, answers at once");
    expect(screen.find('[role="log"]')?.getAttribute("aria-live")).toBe("polite");
  });

  it("closes on Escape and gives the focus back to the launcher", async () => {
    await screen.open();
    screen.press("Escape");
    expect(screen.find(".panel")).toBeNull();
    await until(() => {
      expect(document.activeElement).toBe(screen.find(".launcher"));
    });
  });

  it("does not take the focus when it was open on the page before", async () => {
    screen.show({ open: true });
    await until(() => {
      expect(screen.find(".panel")).not.toBeNull();
    });
    expect(document.activeElement).not.toBe(screen.field);
  });

  it("shows what was not read on the launcher", async () => {
    screen.show();
    screen.chat.behaviour.track({ name: "view_item", items: [{ item_id: "p1" }] });
    await until(() => {
      expect(screen.find(".badge")?.textContent).toBe("1");
    });
    expect(screen.named("Open the chat, 1 unread message")).toBe(screen.find(".launcher"));
  });

  it("changes its words with the language", async () => {
    await screen.open();
    doing(() => {
      screen.chat.setLocale("zh-CN");
    });
    expect(screen.field.placeholder).toBe("想找什么商品？");
  });

  it("asks before it begins a new conversation", async () => {
    await screen.open();
    screen.click('[aria-label="Start a new conversation"]');
    expect(screen.shop.posted("/api/chat/sessions")).toHaveLength(1);
    screen.click('[role="alertdialog"] .button');
    await until(() => {
      expect(screen.shop.posted("/api/chat/sessions")).toHaveLength(2);
    });
    expect(screen.find('[role="alertdialog"]')).toBeNull();
  });

  it("keeps the conversation when the shopper thinks again", async () => {
    await screen.open();
    screen.click('[aria-label="Start a new conversation"]');
    screen.press("Escape");
    expect(screen.find('[role="alertdialog"]')).toBeNull();
    expect(screen.bubbles).toHaveLength(1);
  });

  it("asks how it was once a person has helped", async () => {
    screen.shop.state = "closed";
    screen.shop.greeting = [aMessage({ role: "agent", author: "Noor", text: "Done!" })];
    await screen.open();
    screen.click('[aria-label="Good"]');
    screen.click('.grading [type="submit"]');
    await until(() => {
      expect(screen.shop.posted("/api/chat/csat")).toEqual([{ score: 4 }]);
    });
    await until(() => {
      expect(screen.find(".grading")).toBeNull();
    });
  });

  it("offers a new conversation when this one is closed", async () => {
    screen.shop.state = "closed";
    await screen.open();
    expect(screen.find("textarea")).toBeNull();
    expect(screen.find(".ended .button")?.textContent).toBe("Start a new conversation");
  });
});

describe("writing", () => {
  it("sends on Enter and empties the field", async () => {
    await screen.open();
    screen.say("  a red lamp ");
    expect(screen.field.value).toBe("");
    await until(() => {
      expect(screen.bubbles).toEqual(["Hello, I am a bot.", "a red lamp", "An answer."]);
    });
    expect(screen.shop.posted("/api/chat/messages")).toContainEqual(
      expect.objectContaining({ text: "a red lamp" }),
    );
  });

  it.each([
    ["Shift+Enter", { shiftKey: true }],
    ["Enter that chooses a composed word", { isComposing: true }],
  ])("does not send on %s", async (_, about) => {
    await screen.open();
    screen.write("红色");
    screen.press("Enter", about);
    expect(screen.field.value).toBe("红色");
    expect(screen.bubbles).toHaveLength(1);
  });

  it("counts near the limit and sends nothing beyond it", async () => {
    await screen.open();
    const count = () => screen.find(".count")?.textContent;
    screen.write("x".repeat(1_799));
    expect(count()).toBe("");
    // An emoji counts as one, as it does on the server.
    screen.write("x".repeat(1_989) + "🦊");
    expect(count()).toBe("10 characters left");
    screen.say("x".repeat(2_001));
    expect(count()).toBe("1 character too many");
    expect(screen.bubbles).toHaveLength(1);
    expect(screen.named("Send")).toHaveProperty("disabled", true);
  });

  it("sends nothing for blanks", async () => {
    await screen.open();
    screen.say("   \n ");
    expect(screen.bubbles).toHaveLength(1);
  });
});

describe("what is said", () => {
  it("never becomes HTML", async () => {
    const text = '<img src=x onerror="boom()"> & <b>bold</b>';
    screen.shop.greeting = [aMessage({ text })];
    await screen.open();
    expect(screen.bubbles).toEqual([text]);
    expect(screen.find(".bubble img, .bubble b")).toBeNull();
  });

  it("offers quick replies until something else is said", async () => {
    const quick_replies = [{ title: "New in", payload: "tok" }];
    screen.shop.greeting = [aMessage({ text: "Hi", quick_replies })];
    await screen.open();
    screen.click(".reply");
    await until(() => {
      expect(screen.bubbles).toEqual(["Hi", "New in", "An answer."]);
    });
    expect(screen.find(".reply")).toBeNull();
    const sent = screen.shop.posted("/api/chat/messages").find((body) => "payload" in body);
    expect(sent).toMatchObject({ payload: "tok" });
  });

  it("names the person who answers", async () => {
    screen.shop.state = "human";
    screen.shop.greeting = [aMessage({ role: "agent", author: "Priya Nair", text: "Hello" })];
    await screen.open();
    expect(screen.find(".header h2")?.textContent).toBe("Priya Nair");
    expect(screen.find(".avatar")?.textContent).toBe("PN");
    expect(screen.find(".thumbs")).toBeNull();
  });

  it("can be rated", async () => {
    await screen.open();
    screen.click('[aria-label="This helped"]');
    const path = `/api/chat/messages/${screen.shop.greeting[0]!.id}/feedback`;
    await until(() => {
      expect(screen.shop.posted(path)).toEqual([{ value: "up" }]);
    });
    expect(screen.named("This helped")?.getAttribute("aria-pressed")).toBe("true");
  });
});

describe("trouble", () => {
  it("is told in plain words, and trying again sends the same message", async () => {
    await screen.open();
    screen.shop.status = 503;
    screen.say("hello?");
    await until(() => {
      expect(screen.find('[role="alert"]')?.textContent).toContain("wrong on our side");
    });
    expect(screen.place.textContent).toContain("Not sent");
    screen.shop.status = 200;
    screen.click(".problem-retry");
    await until(() => {
      expect(screen.bubbles.at(-1)).toBe("An answer.");
    });
    expect(screen.find('[role="alert"]')).toBeNull();
    const posted = screen.shop.posted("/api/chat/messages").filter((body) => "text" in body);
    expect(posted).toHaveLength(2);
    expect(posted[0]).toEqual(posted[1]);
  });

  it("of a crowded shop passes by itself", async () => {
    screen.shop.refusals = 1;
    screen.show();
    screen.click(".launcher");
    await until(() => {
      expect(screen.find(".problem-calm")?.textContent).toContain("a little fast");
    });
    expect(screen.find(".problem-retry")).toBeNull();
    await until(() => {
      expect(screen.bubbles).toEqual(["Hello, I am a bot."]);
    });
    expect(screen.find(".problem")).toBeNull();
  });

  it("offers no second try for what was refused", async () => {
    await screen.open();
    screen.shop.status = 422;
    screen.say("something");
    await until(() => {
      expect(screen.find('[role="alert"]')).not.toBeNull();
    });
    expect(screen.find(".problem-retry")).toBeNull();
  });

  it("of the page's own listeners does not stop the chat", () => {
    const report = vi.fn();
    vi.stubGlobal("reportError", report);
    screen.show();
    screen.chat.events.on("open", () => {
      throw new Error("the page's mistake");
    });
    screen.click(".launcher");
    expect(report).toHaveBeenCalledOnce();
    expect(screen.find(".panel")).not.toBeNull();
    vi.unstubAllGlobals();
  });
});
