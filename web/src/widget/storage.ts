/** The part of the browser's storage that the widget needs. */
export interface Shelf {
  read(key: string): string | null;
  write(key: string, value: string): void;
  remove(key: string): void;
  keys(prefix: string): string[];
  /** Tells of changes that another tab makes. Returns a function that ends it. */
  watch(changed: Watcher): () => void;
}

type Watcher = (key: string) => void;

/** Keeps things for as long as the page lives. */
export class MemoryShelf implements Shelf {
  private readonly watchers = new Set<Watcher>();

  constructor(
    private readonly values = new Map<string, string>(),
    private readonly tabs = new Set<MemoryShelf>(),
  ) {
    tabs.add(this);
  }

  /** The same things as another tab sees them. */
  beside(): MemoryShelf {
    return new MemoryShelf(this.values, this.tabs);
  }

  watch(changed: Watcher): () => void {
    this.watchers.add(changed);
    return () => this.watchers.delete(changed);
  }

  read(key: string): string | null {
    return this.values.get(key) ?? null;
  }

  write(key: string, value: string): void {
    this.values.set(key, value);
    this.tell(key);
  }

  remove(key: string): void {
    this.values.delete(key);
    this.tell(key);
  }

  keys(prefix: string): string[] {
    return [...this.values.keys()].filter((key) => key.startsWith(prefix));
  }

  private tell(key: string): void {
    for (const tab of this.tabs) {
      if (tab !== this) for (const changed of tab.watchers) changed(key);
    }
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

  watch(changed: Watcher): () => void {
    const hear = ({ storageArea, key }: StorageEvent) => {
      if (storageArea === this.storage && key !== null) changed(key);
    };
    window.addEventListener("storage", hear);
    return () => {
      window.removeEventListener("storage", hear);
    };
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
