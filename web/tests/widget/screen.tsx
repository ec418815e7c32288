import { render } from "preact";
import { expect } from "vitest";
import type { Chat } from "../../src/widget/chat";
import type { Settings } from "../../src/widget/settings";
import { App } from "../../src/widget/ui/app";
import { doing } from "../act";
import { aChatWith, FakeShop, until } from "./fake-shop";

/** The widget on a page, over a shop that answers as told. */
export class Screen {
  readonly shop = new FakeShop();
  readonly place = document.createElement("div");
  chat!: Chat;

  constructor() {
    document.body.append(this.place);
  }

  show(settings: Settings = {}): void {
    this.chat = aChatWith(this.shop, settings);
    doing(() => {
      render(<App chat={this.chat} />, this.place);
    });
  }

  leave(): void {
    this.chat.hangUp();
    render(null, this.place);
    this.place.remove();
  }

  /** Shows the widget, opens it, and waits for the greeting. */
  async open(): Promise<void> {
    this.show();
    this.click(".launcher");
    await until(() => {
      expect(this.bubbles).toHaveLength(this.shop.greeting.filter((m) => m.text).length);
    });
  }

  get field(): HTMLTextAreaElement {
    const field = this.place.querySelector("textarea");
    if (!field) throw new Error("there is nowhere to write");
    return field;
  }

  get bubbles(): string[] {
    const all = this.place.querySelectorAll(".bubble:not(.typing)");
    return [...all].map((bubble) => bubble.textContent);
  }

  find(selector: string): HTMLElement | null {
    return this.place.querySelector<HTMLElement>(selector);
  }

  named(name: string): HTMLElement | null {
    return this.find(`[aria-label="${name}"]`);
  }

  click(selector: string): void {
    const target = this.find(selector);
    if (!target) throw new Error(`there is no ${selector} to click`);
    doing(() => {
      target.click();
    });
  }

  write(text: string): void {
    doing(() => {
      this.field.value = text;
      this.field.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }

  press(key: string, about: KeyboardEventInit = {}): void {
    const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...about });
    doing(() => {
      this.field.dispatchEvent(event);
    });
  }

  /** Writes and sends. */
  say(text: string): void {
    this.write(text);
    this.press("Enter");
  }
}
