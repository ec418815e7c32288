import { Search, X } from "lucide-react";
import { useLanguage } from "../../words";

interface SearchFieldProps {
  id: string;
  label: string;
  words: string;
  onWords: (words: string) => void;
  /** Whether Escape empties it, too. */
  escapeEmpties?: boolean;
  className?: string;
}

/** Words to look for; Escape and Enter leave the field, so that keys are shortcuts again. */
export function SearchField(props: SearchFieldProps) {
  const { id, label, words, onWords, escapeEmpties = false, className = "" } = props;
  const { say } = useLanguage();
  return (
    <div className={`search ${className}`.trim()}>
      <Search size={15} aria-hidden="true" />
      <input
        id={id}
        className="search-field"
        type="search"
        aria-label={label}
        placeholder={label}
        value={words}
        onChange={(event) => {
          onWords(event.target.value);
        }}
        onKeyDown={(event) => {
          if (escapeEmpties && event.key === "Escape") onWords("");
          if (event.key === "Escape" || event.key === "Enter") event.currentTarget.blur();
        }}
      />
      {words !== "" && (
        <button
          type="button"
          className="search-clear"
          aria-label={say("clear")}
          onClick={() => {
            onWords("");
          }}
        >
          <X size={14} aria-hidden="true" />
        </button>
      )}
    </div>
  );
}
