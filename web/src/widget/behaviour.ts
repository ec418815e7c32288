import { problemKind } from "./delivery";
import type { Emitter } from "./emitter";
import type { ProductCard, ShopEvent } from "./wire";

/** Tells the shop, and the page around the chat, what the shopper does with its goods. */
export class Behaviour {
  constructor(
    private readonly events: Emitter,
    private readonly report: (events: ShopEvent[]) => Promise<void>,
  ) {}

  /** The shopper chose a card. True when the page itself takes them there. */
  choosesCard(card: ProductCard): boolean {
    let prevented = false;
    this.track({
      name: "select_item",
      items: [{ item_id: card.product_id, price: Number(card.price.amount) }],
      ...(card.ranking_id !== undefined && { ranking_id: card.ranking_id }),
    });
    this.events.emit("product", {
      card,
      preventDefault: () => {
        prevented = true;
      },
    });
    return prevented;
  }

  /** Behaviour is a help, not a duty: when it cannot be told, the shopper is not bothered. */
  track(event: Omit<ShopEvent, "timestamp">): void {
    const timestamp = new Date().toISOString();
    this.report([{ ...event, timestamp }]).catch((failure: unknown) => {
      this.events.emit("error", { kind: problemKind(failure) });
    });
  }
}
