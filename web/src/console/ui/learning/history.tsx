import { useLanguage } from "../../words";
import { exactly } from "../parts/time";
import { decisionIn } from "./phrases";
import { SHIPPED, type Decision, type Model } from "./wire";

interface DecisionsProps {
  history: readonly Decision[];
  models: readonly Model[];
}

/** Who put what into use. */
export function Decisions({ history, models }: DecisionsProps) {
  const language = useLanguage();
  const { say, locale } = language;
  const known = (name: string | null) => models.find((model) => model.name === (name ?? SHIPPED));
  return (
    <details className="decisions">
      <summary>{say("shelf.decisions")}</summary>
      <ul>
        {history.map((step) => (
          <li key={step.at}>
            <span className="decision-when tabular">{exactly(step.at, locale)}</span>
            <span>{decisionIn(step, known(step.model), language)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
