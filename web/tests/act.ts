import { act } from "preact/test-utils";

/** Does something to the screen and lets it redraw before going on. */
export function doing(change: () => void): void {
  void act(change);
}
