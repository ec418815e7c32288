import type { Mood } from "../../wire";
import { sameMarks } from "./marks";
import type { Act, Mark, OpenGroup, OpenMessage } from "./wire";

export const FALLBACK = "nlu_fallback";
const STRONG = 0.7;
const MOST_CHOICES = 5;
const FEWEST_CHOICES = 3;
const HARDLY = 0.005;

/** What somebody is about to say of a group. */
export interface Draft {
  mood: Mood | null;
  /** The entities of the first message, once they were touched. */
  marks: Mark[] | null;
  /** Messages that are not alike after all. */
  left: ReadonlySet<string>;
}

export const UNTOUCHED: Draft = { mood: null, marks: null, left: new Set() };

/** What the group most probably means: what the model held likeliest, or a strong hint of an agent's. */
export function proposal(group: OpenGroup): string | null {
  return choices(group)[0]?.intent ?? null;
}

/** Intents to choose from by number, the proposal first; a weak hint of an agent's comes second. */
export function choices(group: OpenGroup): { intent: string; confidence: number | null }[] {
  const first = group.messages[0];
  const likely = first?.likely ?? [];
  const read = likely
    .filter(({ intent, confidence }, at) => {
      return intent !== FALLBACK && (confidence >= HARDLY || at < FEWEST_CHOICES);
    })
    .map(({ intent }) => intent);
  const hint = first?.hint;
  if (hint?.intent) read.splice(hint.strength >= STRONG ? 0 : 1, 0, hint.intent);
  return [...new Set(read)].slice(0, MOST_CHOICES).map((intent) => ({
    intent,
    confidence: likely.find((guess) => guess.intent === intent)?.confidence ?? null,
  }));
}

export function chosenMessages(group: OpenGroup, draft: Draft): OpenMessage[] {
  return group.messages.filter(({ id }) => !draft.left.has(id));
}

/** The act that says this of a group; null where every message was left out. */
export function asAct(
  group: OpenGroup,
  draft: Draft,
  said: { intent: string } | { discard: true },
  act: string,
): Act | null {
  const messages = chosenMessages(group, draft);
  if (messages.length === 0) return null;
  if ("discard" in said) {
    return { act, discard: true, messages: messages.map(({ id }) => ({ id })) };
  }
  const first = group.messages[0];
  const touched =
    draft.marks !== null && first !== undefined && !sameMarks(draft.marks, first.entities)
      ? draft.marks
      : null;
  return {
    act,
    intent: said.intent,
    ...(draft.mood === null ? {} : { sentiment: draft.mood }),
    // What was marked holds for the very same words alone.
    messages: messages.map(({ id, text }) =>
      touched !== null && text === first?.text ? { id, entities: touched } : { id },
    ),
  };
}

/** The groups without messages that are dealt with; a group goes with its last message. */
export function stillOpen(groups: readonly OpenGroup[], dealt: ReadonlySet<string>): OpenGroup[] {
  return groups
    .map((group) =>
      group.messages.some(({ id }) => dealt.has(id))
        ? { ...group, messages: group.messages.filter(({ id }) => !dealt.has(id)) }
        : group,
    )
    .filter(({ messages }) => messages.length > 0);
}
