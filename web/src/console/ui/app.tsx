import { CSPProvider } from "@base-ui/react/csp-provider";
import { Toast } from "@base-ui/react/toast";
import { Tooltip } from "@base-ui/react/tooltip";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { Router } from "wouter";
import { StaffApi, StaffApiError } from "../api";
import { usePreferences } from "../preferences";
import { chooseLanguage, LanguageContext } from "../words";
import type { SignedIn } from "../wire";
import { Login } from "./login";
import { Toasts } from "./parts/toasts";
import { Trouble } from "./parts/states";
import { Workplace } from "./workplace";

const TRIES = 2;

type Door =
  | { at: "asking" }
  | { at: "out"; ended: boolean }
  | { at: "in"; signedIn: SignedIn }
  | { at: "trouble"; error: unknown };

function makeCache(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // What a refusal says does not change by asking again.
        retry: (failures, error) =>
          failures < TRIES && !(error instanceof StaffApiError && !error.isPassing),
      },
    },
  });
}

/** The console: the door, and behind it the workplace. */
export function ConsoleApp() {
  const { theme, locale } = usePreferences();
  const [door, setDoor] = useState<Door>({ at: "asking" });
  const language = useMemo(() => chooseLanguage(locale), [locale]);
  const [cache] = useState(makeCache);
  const [api] = useState(
    () =>
      new StaffApi(() => {
        setDoor((at) => ({ at: "out", ended: at.at === "in" }));
      }),
  );

  useEffect(() => {
    document.documentElement.lang = language.locale;
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [language, theme]);

  const enter = (signedIn: SignedIn) => {
    api.trust(signedIn.csrf_token);
    // What the one before has seen is not for the next.
    cache.clear();
    setDoor({ at: "in", signedIn });
  };
  const knock = () => {
    setDoor({ at: "asking" });
    api.get<SignedIn>("/session").then(enter, (error: unknown) => {
      if (!(error instanceof StaffApiError && error.status === 401)) {
        setDoor({ at: "trouble", error });
      }
    });
  };
  useEffect(knock, [api]);

  const signOut = async () => {
    // Signed out at once here, even where the shop cannot be reached.
    await api.post("/logout").catch(() => undefined);
    api.trust(null);
    cache.clear();
    setDoor({ at: "out", ended: false });
  };

  return (
    <LanguageContext value={language}>
      <CSPProvider disableStyleElements>
        <QueryClientProvider client={cache}>
          <Tooltip.Provider delay={350}>
            <Toast.Provider limit={4}>
              <Router base="/console">
                {door.at === "trouble" && <Trouble error={door.error} onRetry={knock} />}
                {door.at === "out" && <Login api={api} ended={door.ended} onSignedIn={enter} />}
                {door.at === "in" && (
                  <Workplace
                    key={door.signedIn.user.id}
                    api={api}
                    user={door.signedIn.user}
                    onSignOut={signOut}
                    onEnded={() => {
                      setDoor({ at: "out", ended: true });
                    }}
                  />
                )}
              </Router>
              <Toasts />
            </Toast.Provider>
          </Tooltip.Provider>
        </QueryClientProvider>
      </CSPProvider>
    </LanguageContext>
  );
}
