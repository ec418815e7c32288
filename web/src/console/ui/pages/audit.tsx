import { useInfiniteQuery } from "@tanstack/react-query";
import { ScrollText } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { query } from "../../api";
import { useConsole } from "../../context";
import { keys } from "../../keys";
import { useTeam } from "../../queries";
import type { AuditEntry } from "../../wire";
import { readable, useLanguage } from "../../words";
import { Choice } from "../parts/choice";
import { Bones, Empty, Trouble } from "../parts/states";
import { exactly } from "../parts/time";
import { conversationPath } from "../routes";

const PART = 100;

interface AuditPart {
  entries: AuditEntry[];
  next: string | null;
}

/** Who did what, latest first. */
export default function AuditPage() {
  const { say } = useLanguage();
  const { api } = useConsole();
  const team = useTeam();
  const [who, setWho] = useState("");
  const audit = useInfiniteQuery({
    queryKey: keys.audit({ who }),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      api.get<AuditPart>(
        `/audit${query({ staff_id: who, before: pageParam, limit: PART })}`,
        signal,
      ),
    getNextPageParam: (part) => part.next,
  });
  const entries = audit.data?.pages.flatMap((part) => part.entries) ?? [];
  return (
    <div className="page">
      <div className="page-inner">
        <header className="page-head">
          <h1 className="page-title">{say("audit")}</h1>
          <Choice
            label={say("audit.who")}
            value={who}
            neutral=""
            onChoose={setWho}
            options={[
              { value: "", label: say("audit.everybody") },
              ...(team.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
            ]}
          />
        </header>
        {audit.isPending ? (
          <Bones count={8} height={38} />
        ) : audit.isError && entries.length === 0 ? (
          <Trouble error={audit.error} onRetry={() => void audit.refetch()} />
        ) : entries.length === 0 ? (
          <Empty icon={ScrollText} title={say("audit.none")} />
        ) : (
          <section className="panel">
            <div className="table-frame" tabIndex={0} role="group" aria-label={say("audit")}>
              <table className="table">
                <thead>
                  <tr>
                    <th scope="col">{say("audit.when")}</th>
                    <th scope="col">{say("audit.who")}</th>
                    <th scope="col">{say("audit.what")}</th>
                    <th scope="col">{say("conversation")}</th>
                    <th scope="col">{say("audit.detail")}</th>
                  </tr>
                </thead>
                <tbody>
                  {entries.map((entry) => (
                    <Entry key={entry.id} entry={entry} />
                  ))}
                </tbody>
              </table>
            </div>
            {audit.hasNextPage && (
              <button
                type="button"
                className="button"
                disabled={audit.isFetchingNextPage}
                onClick={() => void audit.fetchNextPage()}
              >
                {say("more_entries")}
              </button>
            )}
          </section>
        )}
      </div>
    </div>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const { name, locale } = useLanguage();
  const { at, who, action, conversation_id: id, detail } = entry;
  return (
    <tr>
      <td className="nowrap">{exactly(at, locale)}</td>
      <td className="nowrap">{who?.name ?? "–"}</td>
      <td className="nowrap">{name("action", action)}</td>
      <td>
        {id && (
          <Link href={conversationPath(id)} className="said-link">
            {id.slice(-6)}
          </Link>
        )}
      </td>
      <td className="soft">
        {Object.entries(detail)
          .map(([key, value]) => `${readable(key)}: ${written(value)}`)
          .join(", ")}
      </td>
    </tr>
  );
}

function written(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
