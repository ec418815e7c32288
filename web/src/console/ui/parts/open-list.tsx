import { Select } from "@base-ui/react/select";
import { Check, ChevronDown } from "lucide-react";

export interface Option<V extends string> {
  value: V;
  label: string;
}

/** What shows on a button that it opens a list. */
export function Opens() {
  return (
    <Select.Icon className="select-icon">
      <ChevronDown size={14} aria-hidden="true" />
    </Select.Icon>
  );
}

/** The list that opens, with a tick at what is chosen. */
export function OpenList<V extends string>({ options }: { options: readonly Option<V>[] }) {
  return (
    <Select.Portal>
      <Select.Positioner className="popup-layer" sideOffset={4} alignItemWithTrigger={false}>
        <Select.Popup className="popup">
          <Select.List>
            {options.map((option) => (
              <Select.Item key={option.value} value={option.value} className="item">
                <Select.ItemText>{option.label}</Select.ItemText>
                <Select.ItemIndicator className="item-end">
                  <Check size={14} aria-hidden="true" />
                </Select.ItemIndicator>
              </Select.Item>
            ))}
          </Select.List>
        </Select.Popup>
      </Select.Positioner>
    </Select.Portal>
  );
}
