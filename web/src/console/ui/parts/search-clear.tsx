import { X } from "lucide-react";
import { useLanguage } from "../../words";

/** Empties a search field that has words in it. */
export function SearchClear({ words, onClear }: { words: string; onClear: () => void }) {
  const { say } = useLanguage();
  if (words === "") return null;
  return (
    <button type="button" className="search-clear" aria-label={say("clear")} onClick={onClear}>
      <X size={14} aria-hidden="true" />
    </button>
  );
}
