import { Collapsible } from "@base-ui/react/collapsible";
import { ChevronDown } from "lucide-react";
import type { ReactNode } from "react";

interface SectionProps {
  title: string;
  /** A figure beside the title. */
  aside?: ReactNode;
  hidden?: boolean;
  children: ReactNode;
}

/** A part of the card that folds away; nothing at all where there is nothing to tell. */
export function Section({ title, aside, hidden = false, children }: SectionProps) {
  if (hidden) return null;
  return (
    <Collapsible.Root className="section" defaultOpen>
      <h3>
        <Collapsible.Trigger className="section-head">
          <span>{title}</span>
          {aside !== undefined && <span className="section-aside tabular">{aside}</span>}
          <ChevronDown size={14} className="section-arrow" aria-hidden="true" />
        </Collapsible.Trigger>
      </h3>
      <Collapsible.Panel className="section-body">{children}</Collapsible.Panel>
    </Collapsible.Root>
  );
}
