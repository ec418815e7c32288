import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { useLocation } from "wouter";
import type { StaffApi } from "../api";
import { ConsoleContext, mayAs } from "../context";
import { Live } from "../live/live";
import { useLanguage } from "../words";
import type { User } from "../wire";
import { Help } from "./help";
import { Inbox } from "./inbox";
import { LinkStrip } from "./link-strip";
import { Bones } from "./parts/states";
import { Rail } from "./rail";
import { conversationAt, conversationPath } from "./routes";
import { useShortcuts } from "./shortcuts";

// Most of the day is spent in the inbox: the rest comes when it is asked for.
const SupervisorPage = lazy(() => import("./pages/supervisor"));
const InsightPage = lazy(() => import("./pages/insight"));
const CorrectionsPage = lazy(() => import("./corrections/page"));
const AuditPage = lazy(() => import("./pages/audit"));
const SettingsPage = lazy(() => import("./pages/settings"));
const LearningPage = lazy(() => import("./learning/page"));

interface WorkplaceProps {
  api: StaffApi;
  user: User;
  onSignOut: () => Promise<void>;
  onEnded: () => void;
}

export function Workplace({ api, user, onSignOut, onEnded }: WorkplaceProps) {
  const cache = useQueryClient();
  const language = useLanguage();
  const [path, navigate] = useLocation();
  const [help, setHelp] = useState(false);
  const latest = useRef({ language, navigate, onEnded });
  useEffect(() => {
    latest.current = { language, navigate, onEnded };
  });

  const live = useMemo(
    () =>
      new Live({
        api,
        cache,
        user,
        language: () => latest.current.language,
        open: (id) => {
          latest.current.navigate(conversationPath(id));
        },
        signedOut: () => {
          latest.current.onEnded();
        },
      }),
    [api, cache, user],
  );
  useEffect(() => {
    live.start();
    return () => {
      live.stop();
    };
  }, [live]);

  useShortcuts({
    "?": () => {
      setHelp(true);
    },
  });

  const consoleParts = useMemo(
    () => ({ api, live, user, signOut: onSignOut }),
    [api, live, user, onSignOut],
  );
  const supervises = mayAs(user, "supervisor");
  const inInbox = path === "/" || path === "" || path.startsWith("/c/");
  return (
    <ConsoleContext value={consoleParts}>
      <div className="shell">
        <LinkStrip />
        <Rail
          onHelp={() => {
            setHelp(true);
          }}
        />
        <main className="stage">
          {inInbox ? (
            <Inbox open={conversationAt(path)} />
          ) : (
            <Suspense fallback={<Bones count={6} height={64} />}>
              {path.startsWith("/settings") ? (
                <SettingsPage />
              ) : path === "/corrections" ? (
                <CorrectionsPage />
              ) : path === "/learning" ? (
                <LearningPage />
              ) : supervises && path === "/team" ? (
                <SupervisorPage />
              ) : supervises && path === "/insight" ? (
                <InsightPage />
              ) : supervises && path === "/audit" ? (
                <AuditPage />
              ) : (
                <Inbox open={null} />
              )}
            </Suspense>
          )}
        </main>
        <Help
          open={help}
          onClose={() => {
            setHelp(false);
          }}
        />
      </div>
    </ConsoleContext>
  );
}
