import { useState } from "react";
import { useConsole } from "../../../context";
import { playChime } from "../../../live/attention";
import { prefer, usePreferences, type Preferences } from "../../../preferences";
import { useLanguage } from "../../../words";
import { Choice } from "../../parts/choice";
import { Toggle } from "../../parts/toggle";
import { useTell } from "../../parts/toasts";

const SHORTEST = 10;

/** How the console looks and calls, on this machine; and one's own password. */
export function OwnSettings() {
  const { say } = useLanguage();
  const { theme, locale, sound, notifications } = usePreferences();
  const [denied, setDenied] = useState(false);

  const allow = async (wanted: boolean) => {
    if (!wanted || !("Notification" in window)) {
      prefer({ notifications: false });
      setDenied(wanted);
      return;
    }
    const granted = (await Notification.requestPermission()) === "granted";
    prefer({ notifications: granted });
    setDenied(!granted);
  };

  return (
    <>
      <section className="panel">
        <h2 className="panel-title">{say("settings.look")}</h2>
        <div className="switch-line">
          <span>{say("settings.theme")}</span>
          <Choice<Preferences["theme"]>
            label={say("settings.theme")}
            value={theme}
            onChoose={(chosen) => {
              prefer({ theme: chosen });
            }}
            options={[
              { value: "auto", label: say("theme.auto") },
              { value: "light", label: say("theme.light") },
              { value: "dark", label: say("theme.dark") },
            ]}
          />
        </div>
        <div className="switch-line">
          <span>{say("settings.language")}</span>
          <Choice
            label={say("settings.language")}
            value={locale.startsWith("zh") ? "zh" : "en"}
            onChoose={(chosen) => {
              prefer({ locale: chosen });
            }}
            options={[
              { value: "en", label: "English" },
              { value: "zh", label: "中文" },
            ]}
          />
        </div>
      </section>
      <section className="panel">
        <h2 className="panel-title">{say("settings.calls")}</h2>
        <Toggle
          label={say("settings.sound")}
          hint={say("settings.sound_hint")}
          on={sound}
          onChange={(on) => {
            prefer({ sound: on });
            if (on) playChime();
          }}
        />
        <Toggle
          label={say("settings.notifications")}
          hint={say(denied ? "settings.denied" : "settings.notifications_hint")}
          on={notifications}
          onChange={(on) => void allow(on)}
        />
      </section>
      <Password />
    </>
  );
}

function Password() {
  const { say } = useLanguage();
  const { api } = useConsole();
  const tell = useTell();
  const [busy, setBusy] = useState(false);
  return (
    <section className="panel">
      <h2 className="panel-title">{say("password")}</h2>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          const words = new FormData(form);
          setBusy(true);
          api
            .post("/password", { current: words.get("current"), new: words.get("new") })
            .then(() => {
              form.reset();
              tell.done("password.done");
            }, tell.failed)
            .finally(() => {
              setBusy(false);
            });
        }}
      >
        <label className="field">
          <span className="field-label">{say("password.current")}</span>
          <input
            className="input"
            type="password"
            name="current"
            autoComplete="current-password"
            required
          />
        </label>
        <label className="field">
          <span className="field-label">{say("password.new")}</span>
          <input
            className="input"
            type="password"
            name="new"
            autoComplete="new-password"
            minLength={SHORTEST}
            required
          />
          <span className="field-hint">{say("password.hint", { count: SHORTEST })}</span>
        </label>
        <div>
          <button type="submit" className="button" disabled={busy}>
            {say("password.change")}
          </button>
        </div>
      </form>
    </section>
  );
}
