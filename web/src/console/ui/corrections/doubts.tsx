import {
  Angry,
  CircleHelp,
  GitCompareArrows,
  Headset,
  MessageCircleQuestion,
  Sparkles,
  ThumbsDown,
  type LucideIcon,
} from "lucide-react";
import { useLanguage } from "../../words";
import type { Doubt } from "./wire";

const ICONS: Record<Doubt, LucideIcon> = {
  thumbs_down: ThumbsDown,
  taken_over: Headset,
  fallback: MessageCircleQuestion,
  new_cluster: Sparkles,
  low_confidence: CircleHelp,
  near_two: GitCompareArrows,
  negative: Angry,
};
// What people showed goes before what the model felt.
const SHOWN: ReadonlySet<Doubt> = new Set(["thumbs_down", "taken_over", "negative"]);

interface DoubtsProps {
  reasons: readonly Doubt[];
  most?: number;
}

/** Why a message is worth a look. */
export function Doubts({ reasons, most = reasons.length }: DoubtsProps) {
  const { name } = useLanguage();
  return reasons.slice(0, most).map((reason) => {
    const Icon = ICONS[reason];
    const tone = SHOWN.has(reason)
      ? "chip chip-alarm"
      : reason === "new_cluster"
        ? "chip chip-bot"
        : "chip chip-amber";
    return (
      <span key={reason} className={tone}>
        <Icon size={12} aria-hidden="true" />
        {name("doubt", reason)}
      </span>
    );
  });
}
