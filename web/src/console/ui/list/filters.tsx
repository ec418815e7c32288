import { X } from "lucide-react";
import { useEffect, useState } from "react";
import { EVERYTHING, isNarrowed, type Selection } from "../../live/selection";
import { useTags } from "../../queries";
import { useLanguage } from "../../words";
import { Choice } from "../parts/choice";
import { SearchField } from "../parts/search-field";

const SETTLE_MS = 250;

interface FiltersProps {
  selection: Selection;
  onSelect: (selection: Selection) => void;
  searchId: string;
}

/** Fewer conversations: by words, channel, language, mood and tag. */
export function Filters({ selection, onSelect, searchId }: FiltersProps) {
  const { say, name } = useLanguage();
  const [words, setWords] = useState(selection.q);

  useEffect(() => {
    if (words.trim() === selection.q) return undefined;
    const clock = setTimeout(() => {
      onSelect({ ...selection, q: words.trim() });
    }, SETTLE_MS);
    return () => {
      clearTimeout(clock);
    };
  }, [words, selection, onSelect]);

  const inUse = useTags().data ?? [];
  // The one that is chosen stays in sight when nothing has it any more.
  const tags =
    selection.tag === "" || inUse.includes(selection.tag) ? inUse : [selection.tag, ...inUse];
  return (
    <div className="filters">
      <SearchField
        id={searchId}
        label={say("search")}
        words={words}
        onWords={setWords}
        escapeEmpties
      />
      <div className="filter-line">
        <Choice
          label={say("filter.channel")}
          value={selection.channel}
          neutral=""
          onChoose={(channel) => {
            onSelect({ ...selection, channel });
          }}
          options={[
            { value: "", label: say("filter.channel") },
            { value: "web", label: name("channel", "web") },
            { value: "telegram", label: name("channel", "telegram") },
          ]}
        />
        <Choice
          label={say("filter.language")}
          value={selection.locale}
          neutral=""
          onChoose={(locale) => {
            onSelect({ ...selection, locale });
          }}
          options={[
            { value: "", label: say("filter.language") },
            { value: "en", label: "English" },
            { value: "zh", label: "中文" },
          ]}
        />
        <Choice
          label={say("filter.mood")}
          value={selection.sentiment}
          neutral=""
          onChoose={(sentiment) => {
            onSelect({ ...selection, sentiment });
          }}
          options={[
            { value: "", label: say("filter.mood") },
            { value: "negative", label: name("mood", "negative") },
            { value: "neutral", label: name("mood", "neutral") },
            { value: "positive", label: name("mood", "positive") },
          ]}
        />
        {tags.length > 0 && (
          <Choice
            label={say("filter.tag")}
            value={selection.tag}
            neutral=""
            onChoose={(tag) => {
              onSelect({ ...selection, tag });
            }}
            options={[
              { value: "", label: say("filter.tag") },
              ...tags.map((tag) => ({ value: tag, label: tag })),
            ]}
          />
        )}
        {isNarrowed({ ...selection, q: "" }) && (
          <button
            type="button"
            className="icon-button filter-clear"
            aria-label={say("clear_filters")}
            onClick={() => {
              onSelect({ ...EVERYTHING, tab: selection.tab, q: selection.q });
            }}
          >
            <X size={15} aria-hidden="true" />
          </button>
        )}
      </div>
    </div>
  );
}
