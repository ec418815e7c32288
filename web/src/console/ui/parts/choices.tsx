import { Select } from "@base-ui/react/select";
import { OpenList, Opens, type Option } from "./open-list";

interface ChoicesProps {
  label: string;
  chosen: readonly string[];
  options: readonly Option<string>[];
  /** What is said while nothing is chosen. */
  nothing: string;
  onChoose: (chosen: string[]) => void;
}

/** Any number of several, in a list that stays open until it is left. */
export function Choices({ label, chosen, options, nothing, onChoose }: ChoicesProps) {
  const names = new Map(options.map((option) => [option.value, option.label]));
  return (
    <Select.Root
      multiple
      items={options}
      value={[...chosen]}
      onValueChange={(values) => {
        onChoose(values);
      }}
    >
      <Select.Trigger className="select select-wide" aria-label={label}>
        <span className="clip">
          <Select.Value>
            {(values: readonly string[]) =>
              values.length === 0 ? nothing : values.map((one) => names.get(one) ?? one).join(", ")
            }
          </Select.Value>
        </span>
        <Opens />
      </Select.Trigger>
      <OpenList options={options} />
    </Select.Root>
  );
}
