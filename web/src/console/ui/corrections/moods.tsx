import { useLanguage } from "../../words";
import type { Mood } from "../../wire";

const MOODS: readonly Mood[] = ["negative", "neutral", "positive"];

interface MoodsProps {
  /** As the model read it. */
  read: Mood | null;
  mood: Mood | null;
  onChoose: (mood: Mood | null) => void;
}

/** How the message feels: as it was read, unless somebody says otherwise. */
export function Moods({ read, mood, onChoose }: MoodsProps) {
  const { say, name } = useLanguage();
  const shown = mood ?? read;
  return (
    <div className="labelling-row" role="group" aria-label={say("sentiment")}>
      <h2 className="labelling-name">{say("sentiment")}</h2>
      <div className="labelling-moods">
        {MOODS.map((one) => (
          <button
            key={one}
            type="button"
            className="labelling-mood"
            aria-pressed={shown === one}
            data-said={mood === one || undefined}
            onClick={() => {
              onChoose(one === read ? null : one);
            }}
          >
            <span className={`mood-dot mood-${one}`} aria-hidden="true" />
            {name("mood", one)}
          </button>
        ))}
      </div>
    </div>
  );
}
