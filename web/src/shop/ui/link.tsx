import type { ComponentChildren } from "preact";
import { navigate } from "../route";

interface LinkProps {
  to: string;
  class?: string;
  current?: boolean;
  label?: string;
  children: ComponentChildren;
}

/** A link inside the shop: moves without loading, unless another tab is asked for. */
export function Link({ to, class: className, current = false, label, children }: LinkProps) {
  return (
    <a
      href={to}
      class={className}
      aria-label={label}
      aria-current={current ? "page" : undefined}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        navigate(to);
      }}
    >
      {children}
    </a>
  );
}
