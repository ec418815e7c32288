import type { ProblemKind } from "./delivery";
import type { ConversationState } from "./standing";
import type { Message, ProductCard } from "./wire";

/** What the page may listen to with `Shopkeeper.on`. */
export interface WidgetEvents {
  ready: { sessionId: string };
  open: undefined;
  close: undefined;
  message: { message: Message };
  state: { state: ConversationState };
  unread: { count: number };
  /** A product card was chosen. After `preventDefault()` the page itself goes there. */
  product: { card: ProductCard; preventDefault: () => void };
  error: { kind: ProblemKind };
}

export type EventName = keyof WidgetEvents;
type Handler<N extends EventName> = (detail: WidgetEvents[N]) => void;

export class Emitter {
  private readonly handlers = new Map<EventName, Set<Handler<never>>>();

  /** Returns a function that ends the listening. */
  on<N extends EventName>(name: N, handler: Handler<N>): () => void {
    const all = this.handlers.get(name) ?? new Set();
    all.add(handler);
    this.handlers.set(name, all);
    return () => {
      all.delete(handler);
    };
  }

  emit<N extends EventName>(name: N, detail: WidgetEvents[N]): void {
    for (const handler of [...(this.handlers.get(name) ?? [])]) {
      try {
        (handler as Handler<N>)(detail);
      } catch (failure) {
        // The page's mistake must not stop the chat, nor be hidden from the page's developer.
        reportError(failure);
      }
    }
  }
}
