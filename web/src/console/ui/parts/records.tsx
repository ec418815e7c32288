import { useQueryClient, type QueryKey, type UseQueryResult } from "@tanstack/react-query";
import { Pencil, Plus, Trash2, type LucideIcon } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useConsole } from "../../context";
import { useLanguage } from "../../words";
import { Bones, Empty, Trouble } from "./states";
import { useTell } from "./toasts";

export type DraftOf<T extends { id: string }> = Omit<T, "id"> & { id: string | null };

/** What supervisors keep under an address: the one that is being written, and how it is kept. */
export interface Shelf<T extends { id: string }> {
  draft: DraftOf<T> | null;
  edit: (draft: DraftOf<T> | null) => void;
  save: (draft: DraftOf<T>) => void;
  remove: (one: T) => void;
}

export function useShelf<T extends { id: string }>(path: string, key: QueryKey): Shelf<T> {
  const { api } = useConsole();
  const cache = useQueryClient();
  const tell = useTell();
  const [draft, edit] = useState<DraftOf<T> | null>(null);
  const refresh = () => void cache.invalidateQueries({ queryKey: key });
  return {
    draft,
    edit,
    save: ({ id, ...body }) => {
      const saved = id === null ? api.post(path, body) : api.put(`${path}/${id}`, body);
      saved.then(() => {
        edit(null);
        refresh();
      }, tell.failed);
    },
    remove: ({ id }) => {
      api.delete(`${path}/${id}`).then(refresh, tell.failed);
    },
  };
}

interface RecordsProps<T extends { id: string }> {
  title: string;
  lead?: string;
  /** What the button says that begins a new one. */
  add: string;
  fresh: DraftOf<T>;
  none: { icon: LucideIcon; title: string; hint: string };
  query: Pick<UseQueryResult<readonly T[]>, "isPending" | "data" | "error" | "refetch">;
  shelf: Shelf<T>;
  nameOf: (one: T) => string;
  children: (one: T) => ReactNode;
}

/** A list of what is kept, each to be changed or taken away. */
export function Records<T extends { id: string }>(props: RecordsProps<T>) {
  const { title, lead, add, fresh, none, query, shelf, nameOf, children } = props;
  const { say } = useLanguage();
  return (
    <section className="panel">
      <header className="panel-head">
        <div>
          <h2 className="panel-title">{title}</h2>
          {lead && <p className="soft">{lead}</p>}
        </div>
        <button
          type="button"
          className="button button-small"
          onClick={() => {
            shelf.edit(fresh);
          }}
        >
          <Plus size={14} aria-hidden="true" />
          {add}
        </button>
      </header>
      {query.isPending ? (
        <Bones count={3} height={52} />
      ) : !query.data ? (
        <Trouble error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data.length === 0 ? (
        <Empty {...none} />
      ) : (
        <ul className="records">
          {query.data.map((one) => (
            <li key={one.id} className="record">
              {children(one)}
              <button
                type="button"
                className="icon-button"
                aria-label={`${say("edit")}: ${nameOf(one)}`}
                onClick={() => {
                  shelf.edit(one);
                }}
              >
                <Pencil size={15} aria-hidden="true" />
              </button>
              <button
                type="button"
                className="icon-button"
                aria-label={`${say("remove")}: ${nameOf(one)}`}
                onClick={() => {
                  shelf.remove(one);
                }}
              >
                <Trash2 size={15} aria-hidden="true" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
