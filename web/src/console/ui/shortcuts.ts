import { useEffect, useRef } from "react";

export type Keymap = Readonly<Record<string, (() => void) | undefined>>;

/**
 * Keys that do something wherever nobody is writing and no window or menu is open.
 *
 * @param isTaken whether a key belongs to what has the focus; the same function on every call.
 */
export function useShortcuts(
  keymap: Keymap,
  isTaken: (event: KeyboardEvent) => boolean = isWriting,
): void {
  const current = useRef(keymap);
  useEffect(() => {
    current.current = keymap;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isTaken(event)) return;
      const act = current.current[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", press);
    return () => {
      window.removeEventListener("keydown", press);
    };
  }, [isTaken]);
}

function isWriting({ target }: KeyboardEvent): boolean {
  return (
    target instanceof Element &&
    target.closest(
      "input, textarea, select, [contenteditable], [role=dialog], [role=menu], [role=listbox]",
    ) !== null
  );
}
