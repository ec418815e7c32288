import { useEffect, useState } from "preact/hooks";
import { webAddress } from "../../shared/address";
import { Picture } from "../../shared/picture";
import type {
  Portrait as Known,
  PortraitChange,
  PortraitLine,
  PortraitStep,
  PortraitTopic,
} from "../portrait";
import type { View } from "../view";
import { useLanguage } from "../words";
import { useChat } from "./context";
import { Leaf, type LeafNote } from "./leaf";

const ORDER: readonly PortraitTopic[] = [
  "category",
  "brand",
  "size",
  "liked",
  "disliked",
  "avoided",
  "alert",
  "viewed",
  "bought",
];

/** What the shop knows about the shopper, line by line, each to be corrected or forgotten. */
export function Portrait({ view, onDone }: { view: View; onDone: () => void }) {
  const chat = useChat();
  const { say } = useLanguage();
  const [known, setKnown] = useState<Known | null>(null);
  const [note, setNote] = useState<LeafNote>(null);

  const show = (asked: Promise<Known>, done: "portrait_done" | null) => {
    setNote(null);
    asked.then(
      (portrait) => {
        setKnown(portrait);
        setNote(done);
      },
      () => {
        setNote("failed_again");
      },
    );
  };

  useEffect(() => {
    show(
      chat.ask((rest, token) => rest.portrait(token)),
      null,
    );
  }, [chat]);

  const change = (wanted: PortraitChange) => {
    show(
      chat.ask((rest, token) => rest.correct(token, wanted)),
      "portrait_done",
    );
  };

  return (
    <Leaf title={say("portrait")} note={note} onDone={onDone}>
      <p class="leaf-intro">{say("portrait_intro")}</p>
      {known === null && note === null && <p class="leaf-none">{say("portrait_loading")}</p>}
      {known?.lines.length === 0 && <p class="leaf-none">{say("portrait_none")}</p>}
      {ORDER.map((topic) => (
        <Topic key={topic} topic={topic} lines={known?.lines ?? []} onChange={change} />
      ))}
      {known !== null && known.orders > 0 && (
        <p class="leaf-orders">{say("portrait_orders", { count: known.orders })}</p>
      )}
      <ConsentSwitch consent={view.consent} />
    </Leaf>
  );
}

interface TopicProps {
  topic: PortraitTopic;
  lines: readonly PortraitLine[];
  onChange: (change: PortraitChange) => void;
}

/** What is known under one heading; nothing where that is nothing. */
export function Topic({ topic, lines, onChange }: TopicProps) {
  const { say } = useLanguage();
  const own = lines.filter((line) => line.topic === topic);
  if (own.length === 0) return null;
  return (
    <section class="topic">
      <h3>{say(`topic_${topic}`)}</h3>
      <ul>
        {own.map((line) => (
          <Line key={line.key} line={line} onChange={onChange} />
        ))}
      </ul>
    </section>
  );
}

function Line({ line, onChange }: { line: PortraitLine; onChange: TopicProps["onChange"] }) {
  const chat = useChat();
  const { say } = useLanguage();
  const [isCorrecting, setIsCorrecting] = useState(false);
  const { topic, key, name } = line;
  const image = line.image_url ? webAddress(line.image_url, `${chat.baseUrl}/`) : null;

  const act = (step: PortraitStep, panel: Element | null) => {
    if (step === "correct") {
      setIsCorrecting(true);
      return;
    }
    // The button is about to go with its line.
    panel?.querySelector<HTMLElement>(".leaf-body")?.focus({ preventScroll: true });
    onChange({ topic, key, step });
  };

  return (
    <li class="known">
      {line.url !== "" && (
        <span class="known-picture">
          <Picture src={image} alt="" kind={topic} title={name} />
        </span>
      )}
      <span class="known-name" dir="auto">
        {name}
      </span>
      <span class="known-steps">
        {line.steps.map((step) => (
          <button
            key={step}
            type="button"
            aria-label={say("step_about", { step: say(`step_${step}`), name })}
            onClick={({ currentTarget }) => {
              act(step, currentTarget.closest(".panel"));
            }}
          >
            {say(`step_${step}`)}
          </button>
        ))}
      </span>
      {isCorrecting && (
        <Correction
          name={name}
          onSave={(value) => {
            setIsCorrecting(false);
            onChange({ topic, key, step: "correct", value });
          }}
        />
      )}
    </li>
  );
}

function Correction({ name, onSave }: { name: string; onSave: (value: string) => void }) {
  const { say } = useLanguage();
  const [value, setValue] = useState("");
  return (
    <form
      class="correction"
      onSubmit={(event) => {
        event.preventDefault();
        if (value.trim() !== "") onSave(value.trim());
      }}
    >
      <input
        // It stands there because it was asked for.
        ref={(field) => field?.focus()}
        type="text"
        dir="auto"
        maxLength={40}
        value={value}
        aria-label={say("correct_label", { name })}
        // A size stands before the goods that it is of.
        placeholder={name.replace(/ \(.*$/, "")}
        onInput={({ currentTarget }) => {
          setValue(currentTarget.value);
        }}
      />
      <button type="submit" class="button button-small" disabled={value.trim() === ""}>
        {say("correct_save")}
      </button>
    </form>
  );
}

function ConsentSwitch({ consent }: { consent: boolean | null }) {
  const chat = useChat();
  const { say } = useLanguage();
  return (
    <section class="topic consent-switch">
      <p>{say(consent ? "consent_is_yes" : "consent_is_no")}</p>
      <button
        type="button"
        class="button button-small button-quiet"
        onClick={() => {
          chat.consent(!consent);
        }}
      >
        {say(consent ? "consent_change_no" : "consent_change_yes")}
      </button>
    </section>
  );
}
