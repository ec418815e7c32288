import { useShortcuts, type Keymap } from "../shortcuts";

const WRITING =
  "input, textarea, select, [contenteditable], [role=dialog], [role=menu], [role=listbox], [role=combobox]";

/** Keys of the page; Enter and the space bar stay with a button that has the focus. */
export function useLabelKeys(keymap: Keymap): void {
  useShortcuts(keymap, isTaken);
}

function isTaken({ key, target }: KeyboardEvent): boolean {
  if (!(target instanceof Element) || target.closest(WRITING) !== null) return true;
  const pressesButton = key === "Enter" || key === " ";
  if (pressesButton && target.closest("button, a, [role=button], [data-own-keys]")) return true;
  return target.closest("[data-own-keys]") !== null && key !== "Escape";
}
