import { Popover } from "@base-ui/react/popover";
import { Check, Pencil } from "lucide-react";
import { useState } from "react";
import { useLabelling, useLabels } from "../../queries";
import type { Mood, StaffMessage } from "../../wire";
import { useLanguage } from "../../words";
import { NewIntentForm } from "../corrections/new-intent";
import { useKnownIntents } from "../corrections/queries";
import { Choice } from "../parts/choice";
import { useTell } from "../parts/toasts";

interface ReadingProps {
  message: StaffMessage;
  conversationId: string;
}

/** How the shop understood a shopper's message, and where a person puts it right. */
export function Reading({ message, conversationId }: ReadingProps) {
  const { say, name } = useLanguage();
  const [open, setOpen] = useState(false);
  const { confidence, label } = message;
  const intent = label?.intent ?? message.intent;
  const mood = label?.sentiment ?? message.sentiment?.label ?? null;
  if (intent === null && mood === null) return null;
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger className="reading" aria-label={say("reading.open")}>
        {mood && (
          <span className={`mood-dot mood-${mood}`} role="img" aria-label={name("mood", mood)} />
        )}
        <span className="reading-words">
          {intent && <span>{name("intent", intent)}</span>}
          {label ? (
            <span className="reading-by">
              <Check size={12} aria-hidden="true" />
              {label.by.name}
            </span>
          ) : (
            confidence !== null && <span className="tabular">{Math.round(confidence * 100)}%</span>
          )}
          <Pencil size={11} aria-hidden="true" />
        </span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner className="popup-layer" side="bottom" align="start" sideOffset={6}>
          <Popover.Popup className="popup popup-pad reading-popup">
            <Popover.Title className="reading-title">{say("reading")}</Popover.Title>
            <Facts message={message} />
            <Correction
              message={message}
              conversationId={conversationId}
              onDone={() => {
                setOpen(false);
              }}
            />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Facts({ message }: { message: StaffMessage }) {
  const { say, name, locale } = useLanguage();
  const score = new Intl.NumberFormat(locale, {
    maximumFractionDigits: 2,
    signDisplay: "negative",
  });
  const { intent, confidence, sentiment, entities } = message;
  return (
    <dl className="facts">
      {intent !== null && (
        <div>
          <dt>{say("intent")}</dt>
          <dd>
            {name("intent", intent)}
            {confidence !== null && (
              <meter
                className="sure"
                min={0}
                max={1}
                value={confidence}
                aria-label={say("confidence")}
                title={`${Math.round(confidence * 100)}%`}
              />
            )}
          </dd>
        </div>
      )}
      {sentiment && (
        <div>
          <dt>{say("sentiment")}</dt>
          <dd>
            {name("mood", sentiment.label)}{" "}
            <span className="soft tabular">{score.format(sentiment.score)}</span>
          </dd>
        </div>
      )}
      {entities.length > 0 && (
        <div>
          <dt>{say("entities")}</dt>
          <dd className="tag-cloud">
            {entities.map(({ entity, value, role }, at) => (
              <span key={at} className={role === "exclude" ? "chip chip-alarm" : "chip"}>
                {name("entity", entity)}: {role === "exclude" && `${say("not")} `}
                {String(value)}
              </span>
            ))}
          </dd>
        </div>
      )}
    </dl>
  );
}

const KEEP = "";
// No intent is named like this.
const NEW = "+";

function Correction({ message, conversationId, onDone }: ReadingProps & { onDone: () => void }) {
  const { say, name } = useLanguage();
  const tell = useTell();
  const labels = useLabels(true);
  const intents = useKnownIntents();
  const labelling = useLabelling(conversationId);
  const [intent, setIntent] = useState(message.label?.intent ?? KEEP);
  const [mood, setMood] = useState<Mood | typeof KEEP>(message.label?.sentiment ?? KEEP);
  const keep = { value: KEEP, label: say("as_read") } as const;
  if (intent === NEW) {
    return (
      <NewIntentForm
        words=""
        onBack={() => {
          setIntent(KEEP);
        }}
        onMade={setIntent}
      />
    );
  }
  return (
    <form
      className="correction"
      onSubmit={(event) => {
        event.preventDefault();
        labelling.mutate(
          { message, intent: intent || null, sentiment: mood || null },
          {
            onSuccess: () => {
              tell.done("labelled");
              onDone();
            },
            onError: tell.failed,
          },
        );
      }}
    >
      <div className="field">
        <span className="field-label">{say("intent.right")}</span>
        <Choice
          wide
          label={say("intent.right")}
          value={intent}
          onChoose={setIntent}
          options={[
            keep,
            ...(intents.data?.intents ?? []).map((one) => ({
              value: one.name,
              label: name("intent", one.name),
            })),
            { value: NEW, label: say("corrections.make") },
          ]}
        />
      </div>
      <div className="field">
        <span className="field-label">{say("sentiment.right")}</span>
        <Choice<Mood | typeof KEEP>
          wide
          label={say("sentiment.right")}
          value={mood}
          onChoose={setMood}
          options={[
            keep,
            ...(labels.data?.sentiments ?? []).map((one) => ({
              value: one,
              label: name("mood", one),
            })),
          ]}
        />
      </div>
      <button
        type="submit"
        className="button button-main button-small"
        disabled={labelling.isPending || (intent === KEEP && mood === KEEP)}
      >
        {say("label")}
      </button>
    </form>
  );
}
