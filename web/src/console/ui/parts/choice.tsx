import { Select } from "@base-ui/react/select";
import { OpenList, Opens, type Option } from "./open-list";

interface ChoiceProps<V extends string> {
  label: string;
  value: V;
  options: readonly Option<V>[];
  onChoose: (value: V) => void;
  /** Drawn as set where the value is not this one. */
  neutral?: V;
  wide?: boolean;
  id?: string;
}

/** One of several, in a list that opens. */
export function Choice<V extends string>(props: ChoiceProps<V>) {
  const { label, value, options, onChoose, neutral, wide = false, id } = props;
  const set = neutral !== undefined && value !== neutral;
  return (
    <Select.Root
      items={options}
      value={value}
      onValueChange={(chosen) => {
        if (chosen !== null) onChoose(chosen);
      }}
    >
      <Select.Trigger
        id={id}
        className={`select ${set ? "select-set" : ""} ${wide ? "select-wide" : ""}`}
        aria-label={label}
      >
        <span className="clip">
          <Select.Value />
        </span>
        <Opens />
      </Select.Trigger>
      <OpenList options={options} />
    </Select.Root>
  );
}
