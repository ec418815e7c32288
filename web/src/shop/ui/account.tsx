import { useEffect, useRef, useState } from "preact/hooks";
import { hueOf } from "../../shared/picture";
import type { DemoCustomer } from "../api";
import { useLanguage } from "../words";
import { CaretGlyph, CheckGlyph } from "./glyphs";

interface AccountProps {
  customers: readonly DemoCustomer[];
  visitor: DemoCustomer | null;
  onChoose: (customer: DemoCustomer | null) => void;
}

/** Lets a visitor of the demo be a guest or one of its customers. */
export function Account({ customers, visitor, onChoose }: AccountProps) {
  const { say } = useLanguage();
  const [isOpen, setIsOpen] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!isOpen) return;
    frame.current?.querySelector<HTMLElement>('[aria-pressed="true"]')?.focus();
    const onPointer = (event: Event) => {
      if (!frame.current?.contains(event.target as Node)) setIsOpen(false);
    };
    document.addEventListener("pointerdown", onPointer);
    return () => {
      document.removeEventListener("pointerdown", onPointer);
    };
  }, [isOpen]);

  const close = () => {
    setIsOpen(false);
    button.current?.focus();
  };

  return (
    <div
      ref={frame}
      class="account"
      onKeyDown={(event) => {
        if (event.key === "Escape" && isOpen) close();
      }}
    >
      <button
        ref={button}
        type="button"
        class="tool tool-account"
        aria-expanded={isOpen}
        onClick={() => {
          setIsOpen(!isOpen);
        }}
      >
        <Face name={visitor?.name ?? null} />
        <span class="account-name">
          <small>{say("shopping_as")}</small>
          {visitor?.name ?? say("guest")}
        </span>
        <CaretGlyph />
      </button>
      {isOpen && (
        <div class="account-menu" role="group" aria-label={say("who")}>
          <h2>{say("who")}</h2>
          <p>{say("who_why")}</p>
          {[null, ...customers].map((customer) => (
            <button
              key={customer?.id ?? ""}
              type="button"
              class="account-choice"
              aria-pressed={customer?.id === visitor?.id}
              onClick={() => {
                onChoose(customer);
                close();
              }}
            >
              <Face name={customer?.name ?? null} />
              <span>
                <strong>{customer?.name ?? say("guest")}</strong>
                <span class="account-taste">{customer?.taste ?? say("guest_taste")}</span>
              </span>
              {customer?.id === visitor?.id && <CheckGlyph />}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

/** A round sign for a person: initials on a colour of their own; a plain head for a guest. */
function Face({ name }: { name: string | null }) {
  if (name === null) {
    return (
      <span class="face face-guest" aria-hidden="true">
        <svg viewBox="0 0 24 24">
          <circle cx="12" cy="9.2" r="3.8" />
          <path d="M4.5 20.5c.8-4 3.8-6 7.5-6s6.7 2 7.5 6z" />
        </svg>
      </span>
    );
  }
  const letters = name.split(/\s+/).map((word) => Array.from(word)[0] ?? "");
  return (
    <span class="face" style={{ "--face-hue": String(hueOf(name)) }} aria-hidden="true">
      {letters.slice(0, 2).join("")}
    </span>
  );
}
