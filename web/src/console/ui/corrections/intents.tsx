import { ListPlus, Search } from "lucide-react";
import { useLanguage } from "../../words";
import { choices } from "./draft";
import { IntentPicker } from "./intent-picker";
import type { OpenGroup } from "./wire";

interface IntentsProps {
  group: OpenGroup;
  proposed: string | null;
  choosing: boolean;
  onChoosing: (choosing: boolean) => void;
  onChoose: (intent: string) => void;
}

/** What it may mean, by number; any other by its name, or a new one. */
export function Intents({ group, proposed, choosing, onChoosing, onChoose }: IntentsProps) {
  const { say, name } = useLanguage();
  const likely = choices(group);
  return (
    <div className="labelling-row" role="group" aria-label={say("intent")}>
      <h2 className="labelling-name">{say("corrections.what")}</h2>
      <div className="labelling-intents">
        {likely.map(({ intent, confidence }, at) => (
          <button
            key={intent}
            type="button"
            className="labelling-intent"
            data-proposed={intent === proposed || undefined}
            onClick={() => {
              onChoose(intent);
            }}
          >
            <kbd className="kbd">{at + 1}</kbd>
            <span className="clip">{name("intent", intent)}</span>
            <span className="labelling-sure tabular">
              {confidence === null
                ? ""
                : confidence < 0.005
                  ? "<1%"
                  : `${Math.round(confidence * 100)}%`}
            </span>
            <span
              className="labelling-sure-bar"
              style={{ width: `${(confidence ?? 0) * 100}%` }}
              aria-hidden="true"
            />
          </button>
        ))}
        <button
          type="button"
          className="labelling-intent labelling-other"
          onClick={() => {
            onChoosing(true);
          }}
        >
          <kbd className="kbd">o</kbd>
          <Search size={14} aria-hidden="true" />
          <span className="clip">{say("corrections.other")}</span>
          <ListPlus size={14} aria-hidden="true" />
        </button>
      </div>
      <IntentPicker
        open={choosing}
        onClose={() => {
          onChoosing(false);
        }}
        onChoose={(intent) => {
          onChoosing(false);
          onChoose(intent);
        }}
      />
    </div>
  );
}
