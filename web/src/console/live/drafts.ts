import type { ProductCard } from "../wire";

/** What somebody began to write. */
export interface Draft {
  text: string;
  cards: ProductCard[];
}

const NOTHING: Draft = { text: "", cards: [] };

/** Unfinished answers, one for each conversation, kept across reloads. */
export class Drafts {
  private readonly prefix: string;

  constructor(
    userId: string,
    private readonly shelf: Storage = localStorage,
  ) {
    this.prefix = `console:draft:${userId}:`;
  }

  read(conversationId: string): Draft {
    try {
      const stored = JSON.parse(
        this.shelf.getItem(this.prefix + conversationId) ?? "null",
      ) as Partial<Draft> | null;
      return { ...NOTHING, ...stored };
    } catch {
      return NOTHING;
    }
  }

  write(conversationId: string, draft: Draft): void {
    try {
      if (draft.text === "" && draft.cards.length === 0) {
        this.shelf.removeItem(this.prefix + conversationId);
      } else {
        this.shelf.setItem(this.prefix + conversationId, JSON.stringify(draft));
      }
    } catch {
      // A full or forbidden storage: the draft lives as long as the page.
    }
  }
}
