import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useLanguage } from "../words";
import { MoreIcon } from "./icons";

export interface MenuItem {
  label: string;
  icon: ComponentChildren;
  act: () => void;
}

interface MenuProps {
  items: readonly MenuItem[];
  onOpen: () => void;
}

/** What is not needed in every conversation, behind one button. */
export function Menu({ items, onOpen }: MenuProps) {
  const { say } = useLanguage();
  const place = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setIsOpen] = useState(false);

  const all = () => [...(place.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];

  useEffect(() => {
    if (!isOpen) return;
    all()[0]?.focus();
    const root = place.current?.getRootNode();
    const leave = (event: Event) => {
      if (!place.current?.contains(event.target as Node)) setIsOpen(false);
    };
    root?.addEventListener("pointerdown", leave);
    return () => {
      root?.removeEventListener("pointerdown", leave);
    };
  }, [isOpen]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (!isOpen) return;
    const list = all();
    const at = list.indexOf(event.target as HTMLElement);
    const steps: Record<string, number> = {
      ArrowDown: (at + 1) % list.length,
      ArrowUp: (at - 1 + list.length) % list.length,
      Home: 0,
      End: list.length - 1,
    };
    const next = steps[event.key];
    if (next !== undefined) {
      event.preventDefault();
      list[next]?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      // Escape closes the menu, not the chat.
      if (event.key === "Escape") event.stopPropagation();
      setIsOpen(false);
      button.current?.focus();
    }
  };

  return (
    <div ref={place} class="menu" onKeyDown={onKeyDown}>
      <button
        ref={button}
        type="button"
        class="icon-button"
        aria-label={say("menu")}
        title={say("menu")}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => {
          if (!isOpen) onOpen();
          setIsOpen(!isOpen);
        }}
      >
        <MoreIcon />
      </button>
      {isOpen && (
        <div class="menu-list" role="menu" aria-label={say("menu")}>
          {items.map(({ label, icon, act }) => (
            <button
              key={label}
              type="button"
              role="menuitem"
              tabIndex={-1}
              onClick={() => {
                setIsOpen(false);
                button.current?.focus();
                act();
              }}
            >
              {icon}
              {label}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
