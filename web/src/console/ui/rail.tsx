import { Menu } from "@base-ui/react/menu";
import {
  ChartNoAxesCombined,
  Gauge,
  GraduationCap,
  Inbox as InboxIcon,
  Keyboard,
  ListChecks,
  LogOut,
  ScrollText,
  Settings,
  type LucideIcon,
} from "lucide-react";
import { Link, useLocation } from "wouter";
import { mayAs, useConsole } from "../context";
import icon from "../icon.svg";
import { useSignal } from "../live/signal";
import { useLanguage } from "../words";
import { Avatar } from "./parts/avatar";
import { Tip } from "./parts/tip";

interface RailProps {
  onHelp: () => void;
}

/** Where one can go, and who one is. */
export function Rail({ onHelp }: RailProps) {
  const { live, user } = useConsole();
  const { say } = useLanguage();
  const supervises = mayAs(user, "supervisor");
  const [path, navigate] = useLocation();
  const counts = useSignal(live.counts);
  const inInbox = path === "/" || path === "" || path.startsWith("/c/");
  return (
    <nav className="rail" aria-label={say("nav")}>
      <img className="rail-mark" src={icon} alt="Shopkeeper" />
      <RailLink
        to="/"
        icon={InboxIcon}
        label={say("inbox")}
        current={inInbox}
        count={counts?.queued ?? 0}
      />
      <RailLink
        to="/corrections"
        icon={ListChecks}
        label={say("corrections")}
        current={path === "/corrections"}
      />
      <RailLink
        to="/learning"
        icon={GraduationCap}
        label={say("learning")}
        current={path === "/learning"}
      />
      {supervises && (
        <>
          <RailLink to="/team" icon={Gauge} label={say("supervisor")} current={path === "/team"} />
          <RailLink
            to="/insight"
            icon={ChartNoAxesCombined}
            label={say("insight")}
            current={path === "/insight"}
          />
          <RailLink
            to="/audit"
            icon={ScrollText}
            label={say("audit")}
            current={path === "/audit"}
          />
        </>
      )}
      <div className="rail-end">
        <Tip words={say("shortcuts")} shortcut="?" side="right">
          <button
            type="button"
            className="rail-link"
            aria-label={say("shortcuts")}
            onClick={onHelp}
          >
            <Keyboard size={19} strokeWidth={1.75} aria-hidden="true" />
          </button>
        </Tip>
        <RailLink
          to="/settings"
          icon={Settings}
          label={say("settings")}
          current={path.startsWith("/settings")}
        />
        <Me
          onSettings={() => {
            navigate("/settings");
          }}
        />
      </div>
    </nav>
  );
}

interface RailLinkProps {
  to: string;
  icon: LucideIcon;
  label: string;
  current: boolean;
  count?: number;
}

function RailLink({ to, icon: Icon, label, current, count = 0 }: RailLinkProps) {
  const { say } = useLanguage();
  return (
    <Tip words={label} side="right">
      <Link
        href={to}
        className="rail-link"
        aria-current={current ? "page" : undefined}
        aria-label={count > 0 ? `${label}, ${say("waiting_count", { count })}` : label}
      >
        <Icon size={19} strokeWidth={1.75} aria-hidden="true" />
        {count > 0 && (
          <span className="rail-count tabular" aria-hidden="true">
            {count > 99 ? "99+" : count}
          </span>
        )}
      </Link>
    </Tip>
  );
}

function Me({ onSettings }: { onSettings: () => void }) {
  const { user, live, signOut } = useConsole();
  const { say, name } = useLanguage();
  const link = useSignal(live.link);
  return (
    <Menu.Root>
      <Menu.Trigger
        className="rail-me"
        data-link={link}
        aria-label={say("me", { name: user.name })}
      >
        <Avatar name={user.name} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className="popup-layer" side="right" align="end" sideOffset={8}>
          <Menu.Popup className="popup">
            <div className="me-head">
              <strong>{user.name}</strong>
              <span className="soft">{user.email}</span>
              <span className="chip">{name("role", user.role)}</span>
            </div>
            <div className="item-rule" />
            <Menu.Item className="item" onClick={onSettings}>
              <Settings size={15} aria-hidden="true" />
              {say("settings")}
            </Menu.Item>
            <Menu.Item className="item" onClick={() => void signOut()}>
              <LogOut size={15} aria-hidden="true" />
              {say("sign_out")}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
