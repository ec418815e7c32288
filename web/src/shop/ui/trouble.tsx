import { useLanguage } from "../words";
import { Link } from "./link";

/** The shop did not answer. */
export function Trouble({ onRetry }: { onRetry: () => void }) {
  const { say } = useLanguage();
  return (
    <div class="notice" role="alert">
      <h2>{say("trouble")}</h2>
      <button type="button" class="push" onClick={onRetry}>
        {say("retry")}
      </button>
    </div>
  );
}

/** No such page, or no such product. */
export function Missing() {
  const { say } = useLanguage();
  return (
    <div class="notice">
      <h1>{say("missing")}</h1>
      <p>{say("missing_hint")}</p>
      <Link to="/" class="push">
        {say("back_home")}
      </Link>
    </div>
  );
}
