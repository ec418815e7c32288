import { Toast } from "@base-ui/react/toast";
import { useEffect, useMemo, useRef, useState } from "react";
import { useConsole } from "../../context";
import { useLanguage } from "../../words";
import { useTell } from "../parts/toasts";
import { asAct, chosenMessages, stillOpen, UNTOUCHED, type Draft } from "./draft";
import { useActing, useCorrections, usePuttingBack, useUndoing, type Wanted } from "./queries";
import type { CorrectedFrame, OpenGroup } from "./wire";

// So few groups ahead, and what is worth a look now is asked for anew.
const FEW_LEFT = 12;
const TELL_MS = 5_000;

interface Step {
  act: string;
  group: OpenGroup;
  messages: string[];
}

/** What somebody works through: the groups still open, the one they look at, and what they did. */
export function useSession(wanted: Wanted) {
  const { live, user } = useConsole();
  const { say, name } = useLanguage();
  const tell = useTell();
  const toasts = Toast.useToastManager();
  const list = useCorrections(wanted);
  const acting = useActing();
  const undoing = useUndoing();
  const putBack = usePuttingBack(wanted);
  const [dealt, setDealt] = useState<ReadonlySet<string>>(new Set());
  const [chosen, setChosen] = useState<string | null>(null);
  const [drafts, setDrafts] = useState<ReadonlyMap<string, Draft>>(new Map());
  const [steps, setSteps] = useState<readonly Step[]>([]);
  const [last, setLast] = useState("");

  const groups = useMemo(
    () => stillOpen(list.data?.groups ?? [], dealt),
    [list.data?.groups, dealt],
  );
  // The group one looked at may have gone: the next one has its place.
  const place = useRef(0);
  const at = Math.max(
    0,
    groups.findIndex(({ key }) => key === chosen),
  );
  const group =
    groups[
      groups.some(({ key }) => key === chosen) ? at : Math.min(place.current, groups.length - 1)
    ] ?? null;
  const here = group === null ? 0 : groups.indexOf(group);
  useEffect(() => {
    place.current = here;
  }, [here]);
  const draft = (group && drafts.get(group.key)) ?? UNTOUCHED;

  const note = (title: string, description?: string) => {
    toasts.add({ title, timeout: TELL_MS, ...(description ? { description } : {}) });
  };
  const deal = (messages: readonly string[]) => {
    setDealt((known) => new Set([...known, ...messages]));
  };
  const bringBack = (messages: readonly string[]) => {
    setDealt((known) => new Set([...known].filter((id) => !messages.includes(id))));
  };
  const refetch = () => void list.refetch();

  // What colleagues do meanwhile.
  const heard = useRef<(frame: CorrectedFrame) => void>(() => undefined);
  useEffect(() => {
    heard.current = (frame) => {
      if (frame.by.id === user.id) return;
      const mine = group?.messages.some(({ id }) => frame.messages.includes(id)) ?? false;
      if (frame.undone) bringBack(frame.messages);
      else deal(frame.messages);
      if (mine && !frame.undone) {
        note(
          say(frame.discarded ? "corrections.by_other_discarded" : "corrections.by_other", {
            name: frame.by.name,
            intent: frame.intent ? name("intent", frame.intent) : "",
          }),
        );
      }
    };
  });
  useEffect(
    () =>
      live.corrected.subscribe(() => {
        const frame = live.corrected.get();
        if (frame) heard.current(frame);
      }),
    [live],
  );

  const loaded = list.data;
  const more = loaded !== undefined && loaded.next !== null;
  useEffect(() => {
    if (groups.length < FEW_LEFT && more && !list.isFetching && dealt.size > 0) refetch();
    // Asked for again only when the number ahead has changed.
  }, [groups.length, more]);

  const act = (said: { intent: string } | { discard: true }) => {
    if (group === null) return;
    const made = asAct(group, draft, said, crypto.randomUUID());
    if (made === null) return;
    const messages = chosenMessages(group, draft).map(({ id }) => id);
    const step = { act: made.act, group, messages };
    deal(messages);
    setSteps((all) => [...all, step]);
    setLast(
      "intent" in said
        ? say("corrections.labelled_as", {
            count: messages.length,
            intent: name("intent", said.intent),
          })
        : say("corrections.discarded", { count: messages.length }),
    );
    acting.mutate(made, {
      onSuccess: (done) => {
        const [first] = done.overridden;
        if (first) {
          note(
            say("corrections.overridden", {
              name: first.by.name,
              intent: first.discarded
                ? say("corrections.as_discarded")
                : name("intent", first.intent ?? ""),
            }),
            say("corrections.yours_holds"),
          );
        }
        if (done.gone.length > 0) {
          note(say("corrections.gone", { count: done.gone.length }));
        }
      },
      onError: (error) => {
        bringBack(messages);
        setSteps((all) => all.filter((one) => one !== step));
        setChosen(step.group.key);
        tell.failed(error);
      },
    });
  };

  const undo = () => {
    const step = steps.at(-1);
    if (step === undefined) return;
    setSteps((all) => all.slice(0, -1));
    undoing.mutate(step.act, {
      onSuccess: () => {
        bringBack(step.messages);
        setChosen(step.group.key);
        setLast(say("corrections.undone"));
        putBack(step.group);
      },
      onError: (error) => {
        setSteps((all) => [...all, step]);
        tell.failed(error);
      },
    });
  };

  const go = (by: number) => {
    const next = groups[Math.min(Math.max(here + by, 0), groups.length - 1)];
    if (next) setChosen(next.key);
  };
  const change = (changed: Partial<Draft>) => {
    if (group === null) return;
    setDrafts((all) => new Map(all).set(group.key, { ...draft, ...changed }));
  };

  return {
    list,
    groups,
    group,
    draft,
    here,
    last,
    /** How many messages one has dealt with since the page was loaded. */
    done: steps.reduce((sum, { messages }) => sum + messages.length, 0),
    canUndo: steps.length > 0,
    choose: setChosen,
    go,
    change,
    act,
    undo,
    refetch,
  };
}

export type Session = ReturnType<typeof useSession>;
