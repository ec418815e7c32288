import { Plus } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import { useLanguage } from "../../words";
import { Modal } from "../parts/dialog";
import { NewIntentForm } from "./new-intent";
import { useKnownIntents } from "./queries";
import type { KnownIntent } from "./wire";

interface IntentPickerProps {
  open: boolean;
  onClose: () => void;
  onChoose: (intent: string) => void;
}

/** Every intent, found by its name or by what it is about; or a new one. */
export function IntentPicker({ open, onClose, onChoose }: IntentPickerProps) {
  const { say } = useLanguage();
  const [making, setMaking] = useState<string | null>(null);
  const close = () => {
    setMaking(null);
    onClose();
  };
  return (
    <Modal
      title={say(making === null ? "intent.right" : "corrections.new_intent")}
      open={open}
      onClose={close}
    >
      {making === null ? (
        <Picker onChoose={onChoose} onMake={setMaking} />
      ) : (
        <NewIntentForm
          words={making}
          onBack={() => {
            setMaking(null);
          }}
          onMade={(intent) => {
            setMaking(null);
            onChoose(intent);
          }}
        />
      )}
    </Modal>
  );
}

interface PickerProps {
  onChoose: (intent: string) => void;
  onMake: (words: string) => void;
}

function Picker({ onChoose, onMake }: PickerProps) {
  const { say, name, locale } = useLanguage();
  const intents = useKnownIntents();
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const asked = words.trim().toLocaleLowerCase(locale);
  const titled = (intent: KnownIntent) => name("intent", intent.name);
  const fitting = (intents.data?.intents ?? []).filter((intent) =>
    [titled(intent), intent.name, intent.description].some((text) =>
      text.toLocaleLowerCase(locale).includes(asked),
    ),
  );
  // The last one makes a new intent.
  const chosen = Math.min(at, fitting.length);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const take = (place: number) => {
    const intent = fitting[place];
    if (intent) onChoose(intent.name);
    else onMake(words.trim());
  };
  return (
    <div className="picker-intents">
      <input
        className="input"
        role="combobox"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={`${id}-${chosen}`}
        aria-label={say("corrections.find_intent")}
        placeholder={say("corrections.find_intent")}
        autoComplete="off"
        autoFocus
        value={words}
        onChange={(event) => {
          setWords(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") setAt(Math.min(chosen + 1, fitting.length));
          else if (event.key === "ArrowUp") setAt(Math.max(chosen - 1, 0));
          else if (event.key === "Enter") take(chosen);
          else return;
          event.preventDefault();
        }}
      />
      <ul ref={list} id={id} role="listbox" aria-label={say("intent")} className="picker-list">
        {fitting.map((intent, place) => (
          <li
            key={intent.name}
            id={`${id}-${place}`}
            role="option"
            aria-selected={place === chosen}
            className="item"
            onClick={() => {
              take(place);
            }}
          >
            <span className="picker-name">
              {titled(intent)}
              {intent.description && <span className="soft">{intent.description}</span>}
            </span>
            {!intent.serves && <span className="chip chip-amber">{say("corrections.new")}</span>}
          </li>
        ))}
        <li
          id={`${id}-${fitting.length}`}
          role="option"
          aria-selected={chosen === fitting.length}
          className="item picker-make"
          onClick={() => {
            onMake(words.trim());
          }}
        >
          <Plus size={15} aria-hidden="true" />
          {words.trim() === ""
            ? say("corrections.make")
            : say("corrections.make_named", { name: words.trim() })}
        </li>
      </ul>
    </div>
  );
}
