import type { Emitter } from "./emitter";
import type { ConversationLog } from "./log";
import type { Memory } from "./memory";
import type { Screen } from "./view";

/** Counts what the shopper has not seen; what is read in one tab is read in all. */
export class Unread {
  constructor(
    private readonly screen: Screen,
    private readonly log: ConversationLog,
    private readonly events: Emitter,
    private readonly memory: () => Memory,
  ) {}

  /** Something was said. */
  count(): void {
    if (this.screen.view.open) this.read();
    else this.follow();
  }

  /** Another tab has read something. */
  follow(): void {
    if (this.screen.view.open) return;
    this.show(this.memory().countUnread(this.log.entries.map((line) => line.message)));
  }

  read(): void {
    if (this.log.lastId !== undefined) this.memory().lastRead = this.log.lastId;
    this.show(0);
  }

  private show(count: number): void {
    if (count === this.screen.view.unread) return;
    this.screen.change({ unread: count });
    this.events.emit("unread", { count });
  }
}
