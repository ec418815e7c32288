import { Choice } from "./choice";
import { useLanguage } from "../../words";

interface PeriodProps {
  days: number;
  options: readonly number[];
  onChoose: (days: number) => void;
}

/** How far back the figures reach. */
export function Period({ days, options, onChoose }: PeriodProps) {
  const { say } = useLanguage();
  return (
    <Choice
      label={say("period")}
      value={String(days)}
      onChoose={(chosen) => {
        onChoose(Number(chosen));
      }}
      options={options.map((count) => ({
        value: String(count),
        label: say("period.days", { count }),
      }))}
    />
  );
}
