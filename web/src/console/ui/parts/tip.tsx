import { Tooltip } from "@base-ui/react/tooltip";
import type { ReactElement } from "react";

interface TipProps {
  words: string;
  /** The key that does the same. */
  shortcut?: string;
  side?: "top" | "right" | "bottom" | "left";
  /** The element that the tip tells of; it keeps an accessible name of its own. */
  children: ReactElement;
}

export function Tip({ words, shortcut, side = "bottom", children }: TipProps) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={children} />
      <Tooltip.Portal>
        <Tooltip.Positioner side={side} sideOffset={6} className="popup-layer">
          <Tooltip.Popup className="tip">
            {words}
            {shortcut && <span className="kbd">{shortcut}</span>}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
