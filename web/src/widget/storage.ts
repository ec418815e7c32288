/** The part of the browser's storage that the widget needs. */
export interface Shelf {
  read(key: string): string | null;
  write(key: string, value: string): void;
  remove(key: string): void;
  keys(prefix: string): string[];
}

/** Keeps things for as long as the page lives. */
export class MemoryShelf implements Shelf {
  private readonly values = new Map<string, string>();

  read(key: string): string | null {
    return this.values.get(key) ?? null;
  }

  write(key: string, value: string): void {
    this.values.set(key, value);
  }

  remove(key: string): void {
    this.values.delete(key);
  }

  keys(prefix: string): string[] {
    return [...this.values.keys()].filter((key) => key.startsWith(prefix));
  }
}

class BrowserShelf implements Shelf {
  // What the browser refused to keep (quota, private mode) still lives as long as the page.
  private readonly spare = new MemoryShelf();

  constructor(private readonly storage: Storage) {}

  read(key: string): string | null {
    return this.spare.read(key) ?? this.storage.getItem(key);
  }

  write(key: string, value: string): void {
    try {
      this.storage.setItem(key, value);
      this.spare.remove(key);
    } catch {
      this.spare.write(key, value);
    }
  }

  remove(key: string): void {
    this.spare.remove(key);
    this.storage.removeItem(key);
  }

  keys(prefix: string): string[] {
    const stored = Array.from({ length: this.storage.length }, (_, at) => this.storage.key(at));
    const all = new Set([...stored.filter((key) => key !== null), ...this.spare.keys("")]);
    return [...all].filter((key) => key.startsWith(prefix));
  }
}

/** The named storage, or memory where the browser forbids it (it may throw when touched). */
export function openShelf(name: "localStorage" | "sessionStorage"): Shelf {
  try {
    const storage = window[name];
    storage.getItem("shopkeeper");
    return new BrowserShelf(storage);
  } catch {
    return new MemoryShelf();
  }
}

/** The stored JSON, or null when there is none that can be read. */
export function readJson(shelf: Shelf, key: string): unknown {
  const text = shelf.read(key);
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
