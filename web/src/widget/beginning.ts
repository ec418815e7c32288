import { problemKind, type Problem } from "./delivery";
import { CallFailed } from "./rest";
import { Retry } from "./retry";
import type { Transport } from "./transport";
import type { Screen } from "./view";

/** What a beginning asks of the conversation that begins. */
export interface Beginner {
  readonly screen: Screen;
  readonly transport: Transport;
  /** Shows what was written and could not be sent yet. */
  showUnsent(): void;
  fail(problem: Problem): void;
}

/** Gets a conversation going; a shop that cannot be reached is asked again, later and later. */
export class Beginning {
  private readonly retrying = new Retry(() => void this.begin());

  constructor(private readonly chat: Beginner) {}

  async begin(): Promise<void> {
    const { screen, transport } = this.chat;
    const isNew = screen.view.entries.length === 0;
    this.retrying.pause();
    screen.change({ starting: isNew, problem: null });
    try {
      await transport.begin();
      this.retrying.succeeded();
    } catch (failure) {
      if (transport === this.chat.transport) this.later(failure);
    } finally {
      if (transport === this.chat.transport) screen.change({ starting: false });
    }
  }

  /** The line that was to begin is given up. */
  forget(): void {
    this.retrying.succeeded();
  }

  stop(): void {
    this.retrying.pause();
  }

  private later(failure: unknown): void {
    const kind = problemKind(failure);
    if (kind === "busy") {
      this.retrying.later(failure instanceof CallFailed ? failure.retryAfter : null);
      this.chat.fail({ kind, passes: true });
      return;
    }
    if (kind !== "offline") {
      this.chat.fail({ kind });
      return;
    }
    this.chat.showUnsent();
    this.chat.screen.change({ linked: false });
    this.retrying.later();
    // Whoever opens the chat for the first time sees nothing else.
    if (!this.chat.transport.hasSession || this.retrying.isWorrying) this.chat.fail({ kind });
  }
}
