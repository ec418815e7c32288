import { CheckCheck } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useLanguage } from "../../words";
import { Choice } from "../parts/choice";
import { SearchField } from "../parts/search-field";
import { Bones, Empty, Trouble } from "../parts/states";
import { Focus } from "./focus";
import { useLabelKeys } from "./label-keys";
import { Progress } from "./progress";
import { Queue } from "./queue";
import { ANYTHING, useKnownIntents, type Wanted } from "./queries";
import { useSession } from "./session";
import { DOUBTS, type Doubt } from "./wire";

const SEARCH = "corrections-search";
const SETTLE_MS = 250;
const PERIODS = [0, 1, 7, 30];

/** Messages that the model was not sure of: a person says how they are meant, alike ones at once. */
export default function CorrectionsPage() {
  const { say } = useLanguage();
  const [wanted, setWanted] = useState<Wanted>(ANYTHING);
  const session = useSession(wanted);
  const { list, groups, group } = session;
  const filtered = wanted !== ANYTHING;
  // Where nothing is left there is still the last act to take back.
  useLabelKeys(group === null ? { u: session.undo } : {});
  return (
    <div className="labelling">
      <header className="labelling-head">
        <div className="labelling-title">
          <h1 className="page-title">{say("corrections")}</h1>
          {list.data && (
            <Progress week={list.data.week} left={list.data.left} done={session.done} />
          )}
        </div>
        <Filters wanted={wanted} onWant={setWanted} session={session} />
      </header>
      {list.isPending ? (
        <Bones count={5} height={88} />
      ) : list.isError && !list.data ? (
        <Trouble error={list.error} onRetry={session.refetch} />
      ) : group === null ? (
        <div className="labelling-none">
          <Empty
            icon={CheckCheck}
            title={say(filtered ? "none_found" : "corrections.none")}
            hint={say(filtered ? "none_found.hint" : "corrections.none_hint")}
          />
          {session.canUndo && (
            <button type="button" className="button" onClick={session.undo}>
              {say("corrections.undo")}
            </button>
          )}
        </div>
      ) : (
        <div className="labelling-body">
          <Queue groups={groups} chosen={group.key} onChoose={session.choose} />
          <Focus session={session} group={group} searchId={SEARCH} />
        </div>
      )}
      <p className="visually-hidden" role="status">
        {session.last}
      </p>
    </div>
  );
}

interface FiltersProps {
  wanted: Wanted;
  onWant: (wanted: Wanted) => void;
  session: ReturnType<typeof useSession>;
}

function Filters({ wanted, onWant, session }: FiltersProps) {
  const { say, name } = useLanguage();
  const intents = useKnownIntents();
  const [words, setWords] = useState(wanted.q);
  const counts = session.list.data?.left.reasons ?? {};
  const want = (changed: Partial<Wanted>) => {
    const next = { ...wanted, ...changed };
    if (JSON.stringify(next) === JSON.stringify(wanted)) return;
    const any = next.reason === "" && next.intent === "" && next.days === 0 && next.q === "";
    onWant(any ? ANYTHING : next);
  };
  const settle = useRef(want);
  useEffect(() => {
    settle.current = want;
  });
  useEffect(() => {
    const clock = setTimeout(() => {
      settle.current({ q: words.trim() });
    }, SETTLE_MS);
    return () => {
      clearTimeout(clock);
    };
  }, [words]);
  return (
    <div className="labelling-filters" role="search">
      <SearchField
        id={SEARCH}
        label={say("corrections.search")}
        words={words}
        onWords={setWords}
        className="labelling-search"
      />
      <Choice<Doubt | "">
        label={say("corrections.why")}
        value={wanted.reason}
        neutral=""
        onChoose={(reason) => {
          want({ reason });
        }}
        options={[
          { value: "", label: say("corrections.any_reason") },
          ...DOUBTS.map((one) => ({
            value: one,
            label: `${name("doubt", one)} (${counts[one] ?? 0})`,
          })),
        ]}
      />
      <Choice
        label={say("intent")}
        value={wanted.intent}
        neutral=""
        onChoose={(intent) => {
          want({ intent });
        }}
        options={[
          { value: "", label: say("corrections.any_intent") },
          ...(intents.data?.intents ?? [])
            .filter(({ serves }) => serves)
            .map((one) => ({ value: one.name, label: name("intent", one.name) })),
        ]}
      />
      <Choice
        label={say("period")}
        value={String(wanted.days)}
        neutral="0"
        onChoose={(days) => {
          want({ days: Number(days) });
        }}
        options={PERIODS.map((days) => ({
          value: String(days),
          label: days === 0 ? say("corrections.any_time") : say("period.days", { count: days }),
        }))}
      />
    </div>
  );
}
