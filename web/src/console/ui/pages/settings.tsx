import { Link, useLocation } from "wouter";
import { mayAs, useConsole } from "../../context";
import type { Role } from "../../wire";
import { useLanguage, type WordKey } from "../../words";
import { CannedSettings } from "./settings/canned";
import { OwnSettings } from "./settings/own";
import { RuleSettings } from "./settings/rules";
import { TeamSettings } from "./settings/team";

const SECTIONS: { path: string; title: WordKey; role: Role; Part: () => React.ReactNode }[] = [
  { path: "/settings", title: "settings.own", role: "agent", Part: OwnSettings },
  { path: "/settings/canned", title: "canned", role: "supervisor", Part: CannedSettings },
  { path: "/settings/rules", title: "rules", role: "supervisor", Part: RuleSettings },
  { path: "/settings/team", title: "team", role: "admin", Part: TeamSettings },
];

/** What one may set: for oneself, and with the role for it, for all. */
export default function SettingsPage() {
  const { say } = useLanguage();
  const { user } = useConsole();
  const [path] = useLocation();
  const sections = SECTIONS.filter(({ role }) => mayAs(user, role));
  const current = sections.find((section) => section.path === path) ?? sections[0];
  return (
    <div className="page">
      <div className="page-inner">
        <h1 className="page-title">{say("settings")}</h1>
        <div className="settings">
          <nav className="settings-nav" aria-label={say("settings")}>
            {sections.map((section) => (
              <Link
                key={section.path}
                href={section.path}
                className="settings-link"
                aria-current={section === current ? "page" : undefined}
              >
                {say(section.title)}
              </Link>
            ))}
          </nav>
          <div className="settings-body">{current && <current.Part />}</div>
        </div>
      </div>
    </div>
  );
}
