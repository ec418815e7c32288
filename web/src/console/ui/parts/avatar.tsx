import { UserRound } from "lucide-react";
import { hueOf } from "./hue";

interface AvatarProps {
  /** Chooses the colour, and the letters where it is somebody's name. */
  name: string;
  /** Somebody without a name. */
  nameless?: boolean;
  small?: boolean;
}

/** Somebody's initials, in a colour of their own. */
export function Avatar({ name, nameless = false, small = false }: AvatarProps) {
  const initials = name
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((part) => Array.from(part)[0] ?? "")
    .join("")
    .toLocaleUpperCase();
  return (
    <span
      className={small ? "avatar avatar-small" : "avatar"}
      style={{ "--hue": hueOf(name) }}
      aria-hidden="true"
    >
      {nameless || initials === "" ? <UserRound size={small ? 12 : 16} /> : initials}
    </span>
  );
}
