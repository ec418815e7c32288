import { useState, type SyntheticEvent } from "react";
import { StaffApiError, type StaffApi } from "../api";
import { useLanguage } from "../words";
import type { SignedIn } from "../wire";
import icon from "../icon.svg";

interface LoginProps {
  api: StaffApi;
  /** The session ended under somebody's hands. */
  ended: boolean;
  onSignedIn: (signedIn: SignedIn) => void;
}

export function Login({ api, ended, onSignedIn }: LoginProps) {
  const { say } = useLanguage();
  const [error, setError] = useState<StaffApiError | null>(null);
  const [busy, setBusy] = useState(false);

  const submit = async (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    try {
      const body = { email: form.get("email"), password: form.get("password") };
      onSignedIn(await api.post<SignedIn>("/login", body));
    } catch (failure) {
      setError(failure instanceof StaffApiError ? failure : new StaffApiError(0));
      setBusy(false);
    }
  };

  return (
    <main className="gate">
      <form className="gate-card" onSubmit={(event) => void submit(event)}>
        <div className="gate-head">
          <img src={icon} alt="" />
          <h1 className="gate-title">{say("login.title")}</h1>
          <p className="soft">{ended && !error ? say("login.ended") : say("login.lead")}</p>
        </div>
        {error && (
          <p className="callout" role="alert">
            {complaint(error, say)}
          </p>
        )}
        <label className="field">
          <span className="field-label">{say("login.email")}</span>
          <input
            className="input"
            name="email"
            type="email"
            autoComplete="username"
            required
            autoFocus
          />
        </label>
        <label className="field">
          <span className="field-label">{say("login.password")}</span>
          <input
            className="input"
            name="password"
            type="password"
            autoComplete="current-password"
            required
          />
        </label>
        <button type="submit" className="button button-main" disabled={busy}>
          {busy ? say("login.busy") : say("login.go")}
        </button>
      </form>
    </main>
  );
}

function complaint(error: StaffApiError, say: ReturnType<typeof useLanguage>["say"]): string {
  if (error.status === 401) return say("login.wrong");
  if (error.status === 429) {
    const minutes = Math.max(1, Math.ceil((error.retryAfter ?? 60) / 60));
    return say("login.fast", { count: minutes });
  }
  return error.status === 0 ? say("trouble.unreachable") : say("trouble.other");
}
