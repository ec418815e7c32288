import { Switch } from "@base-ui/react/switch";
import { useId } from "react";

interface ToggleProps {
  label: string;
  hint?: string;
  on: boolean;
  onChange: (on: boolean) => void;
}

/** On or off, at once. */
export function Toggle({ label, hint, on, onChange }: ToggleProps) {
  const id = useId();
  return (
    <div className="switch-line">
      <span className="field">
        <span id={id}>{label}</span>
        {hint && <span className="field-hint">{hint}</span>}
      </span>
      <Switch.Root className="switch" aria-labelledby={id} checked={on} onCheckedChange={onChange}>
        <Switch.Thumb className="switch-thumb" />
      </Switch.Root>
    </div>
  );
}
