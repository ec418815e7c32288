import { BookOpenText, MessageSquareQuote, Sparkles, Users, type LucideIcon } from "lucide-react";
import { useSuggestions } from "../../queries";
import type { SuggestedReply } from "../../wire";
import { useLanguage } from "../../words";

const MOST = 3;
const ICONS: Record<SuggestedReply["source"], LucideIcon> = {
  faq: BookOpenText,
  staff: Users,
  canned: MessageSquareQuote,
};

interface SuggestedRepliesProps {
  id: string;
  onUse: (text: string) => void;
}

/** Answers that may fit, from the FAQ and from what colleagues said; one click writes them down. */
export function SuggestedReplies({ id, onUse }: SuggestedRepliesProps) {
  const { say, name } = useLanguage();
  const { data } = useSuggestions(id, true);
  const replies = data?.replies.slice(0, MOST) ?? [];
  if (replies.length === 0) return null;
  return (
    <section className="suggested" aria-label={say("suggested")}>
      <Sparkles size={14} className="suggested-mark" aria-hidden="true" />
      {replies.map((reply, at) => {
        const Icon = ICONS[reply.source];
        return (
          <button
            key={at}
            type="button"
            className="suggestion"
            title={reply.question ? `${reply.question}\n\n${reply.text}` : reply.text}
            onClick={() => {
              onUse(reply.text);
            }}
          >
            <Icon size={13} role="img" aria-label={name("source", reply.source)} />
            <span className="clip">{reply.text}</span>
          </button>
        );
      })}
    </section>
  );
}
