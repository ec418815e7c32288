import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface SheetProps {
  label: string;
  /** It asks before something is lost. */
  isAlert?: boolean;
  /** It takes all of the panel. */
  isPage?: boolean;
  children: ComponentChildren;
}

/** Something over the conversation that wants an answer first, or a look. Escape closes it. */
export function Sheet({ label, isAlert = false, isPage = false, children }: SheetProps) {
  const sheet = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const root = sheet.current?.getRootNode() as Document | ShadowRoot | undefined;
    const active = root?.activeElement;
    const before = active instanceof HTMLElement ? active : null;
    const first = sheet.current?.querySelector<HTMLElement>("[data-first]");
    (first ?? sheet.current)?.focus();
    return () => {
      // What lies under the sheet takes the focus again as soon as it may.
      setTimeout(() => {
        if (before?.isConnected) before.focus();
      });
    };
  }, []);

  return (
    <div
      ref={sheet}
      class={isPage ? "leaf" : "sheet"}
      role={isAlert ? "alertdialog" : "dialog"}
      aria-modal="true"
      aria-label={label}
      tabIndex={-1}
    >
      {isPage ? children : <div class="sheet-body">{children}</div>}
    </div>
  );
}
