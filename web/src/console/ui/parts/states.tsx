import { CloudOff, type LucideIcon } from "lucide-react";
import { StaffApiError } from "../../api";
import { useLanguage, type WordKey } from "../../words";

interface EmptyProps {
  icon: LucideIcon;
  title: string;
  hint?: string;
}

/** Nothing here, and why. */
export function Empty({ icon: Icon, title, hint }: EmptyProps) {
  return (
    <div className="state">
      <span className="state-icon">
        <Icon size={22} strokeWidth={1.75} aria-hidden="true" />
      </span>
      <p className="state-title">{title}</p>
      {hint && <p>{hint}</p>}
    </div>
  );
}

interface TroubleProps {
  error: unknown;
  onRetry: () => void;
}

/** It could not be had; another attempt is one click away. */
export function Trouble({ error, onRetry }: TroubleProps) {
  const { say } = useLanguage();
  return (
    <div className="state" role="alert">
      <span className="state-icon">
        <CloudOff size={22} strokeWidth={1.75} aria-hidden="true" />
      </span>
      <p className="state-title">{say("trouble")}</p>
      <p>{say(reasonOf(error))}</p>
      <button type="button" className="button" onClick={onRetry}>
        {say("retry")}
      </button>
    </div>
  );
}

/** What to tell of a failure. */
export function reasonOf(error: unknown): WordKey {
  if (!(error instanceof StaffApiError)) return "trouble.other";
  if (error.status === 0) return "trouble.unreachable";
  if (error.code === "wrong_password") return "password.wrong";
  if (error.code === "taken") return "trouble.taken";
  if (error.status === 403) return "trouble.forbidden";
  if (error.status === 404) return "trouble.missing";
  if (error.status === 409) return "trouble.conflict";
  if (error.status === 422) return "trouble.invalid";
  if (error.status === 429) return "trouble.fast";
  return "trouble.other";
}

/** Grey shapes where rows will be. */
export function Bones({ count, height }: { count: number; height: number }) {
  const { say } = useLanguage();
  return (
    <div className="bones" role="status" aria-label={say("loading")}>
      {Array.from({ length: count }, (_, at) => (
        <div key={at} className="bone" style={{ height }} />
      ))}
    </div>
  );
}
