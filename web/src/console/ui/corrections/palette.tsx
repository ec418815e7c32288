import { useEffect, useRef, useState } from "react";
import { useLanguage } from "../../words";
import { hueOf } from "../parts/hue";
import { useKnownIntents } from "./queries";
import type { Mark } from "./wire";

// As the model that Shopkeeper brings names them, for when it cannot be asked.
const USUAL = ["category", "brand", "color", "size", "material", "feature"];

interface PaletteProps {
  words: string;
  onName: (entity: string, role: Mark["role"]) => void;
  onClose: () => void;
}

/** What the chosen words name, and whether the shopper wants it or wants none of it. */
export function Palette({ words, onName, onClose }: PaletteProps) {
  const { say, name } = useLanguage();
  const known = useKnownIntents();
  const [role, setRole] = useState<Mark["role"]>("include");
  const first = useRef<HTMLDivElement>(null);
  const names = known.data?.entities.length ? known.data.entities : USUAL;
  useEffect(() => {
    first.current?.querySelector("button")?.focus();
  }, []);
  return (
    <div
      className="labelling-palette"
      role="group"
      aria-label={say("corrections.names", { words })}
      data-own-keys=""
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
        else if (event.key === "-") setRole(role === "include" ? "exclude" : "include");
        else if (!move(event.key, event.currentTarget)) return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <p className="labelling-name">{say("corrections.names", { words })}</p>
      <div className="labelling-kinds" ref={first}>
        {names.map((entity) => (
          <button
            key={entity}
            type="button"
            className="labelling-kind"
            style={{ "--hue": hueOf(entity) }}
            onClick={() => {
              onName(entity, role);
            }}
          >
            {name("entity", entity)}
          </button>
        ))}
      </div>
      <label className="labelling-tick">
        <input
          type="checkbox"
          checked={role === "exclude"}
          onChange={(event) => {
            setRole(event.target.checked ? "exclude" : "include");
          }}
        />
        {say("corrections.exclude")}
        <kbd className="kbd">-</kbd>
      </label>
    </div>
  );
}

/** Arrow keys go from one kind to the next. */
function move(key: string, palette: HTMLElement): boolean {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[key];
  if (step === undefined) return false;
  const kinds = [...palette.querySelectorAll("button")];
  const at = kinds.findIndex((one) => one === document.activeElement);
  kinds[(at + step + kinds.length) % kinds.length]?.focus();
  return true;
}
