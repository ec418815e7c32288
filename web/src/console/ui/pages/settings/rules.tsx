import { useQuery } from "@tanstack/react-query";
import { Workflow } from "lucide-react";
import { useConsole } from "../../../context";
import { keys } from "../../../keys";
import type { Rule } from "../../../wire";
import { useLanguage, type Language } from "../../../words";
import { Records, useShelf } from "../../parts/records";
import { Toggle } from "../../parts/toggle";
import { RuleForm, type RuleDraft } from "./rule-form";

const NEW: RuleDraft = {
  id: null,
  name: "",
  active: true,
  intents: [],
  words: [],
  mood_below: null,
  cart_above: null,
  locales: [],
  min_messages: null,
};

/** When a person is called without the shopper asking. */
export function RuleSettings() {
  const language = useLanguage();
  const { say } = language;
  const { api } = useConsole();
  const shelf = useShelf<Rule>("/rules", keys.rules);
  const rules = useQuery({
    queryKey: keys.rules,
    queryFn: ({ signal }) => api.get<{ rules: Rule[] }>("/rules", signal),
    select: (answer) => answer.rules,
  });
  return (
    <>
      <Records
        title={say("rules")}
        lead={say("rules.lead")}
        add={say("rules.new")}
        fresh={NEW}
        none={{ icon: Workflow, title: say("rules.none"), hint: say("rules.none_hint") }}
        query={rules}
        shelf={shelf}
        nameOf={(rule) => rule.name}
      >
        {(rule) => (
          <span className="record-words">
            <Toggle
              label={rule.name}
              hint={conditions(rule, language)}
              on={rule.active}
              onChange={(active) => {
                shelf.save({ ...rule, active });
              }}
            />
          </span>
        )}
      </Records>
      {shelf.draft && (
        <RuleForm
          draft={shelf.draft}
          onSave={shelf.save}
          onClose={() => {
            shelf.edit(null);
          }}
        />
      )}
    </>
  );
}

/** What has to hold, in words. */
function conditions(rule: Rule, { say, name }: Language): string {
  const list = (codes: readonly string[]) => codes.join(", ");
  return [
    rule.intents.length > 0 &&
      say("rule.if_intents", { list: list(rule.intents.map((one) => name("intent", one))) }),
    rule.words.length > 0 && say("rule.if_words", { list: list(rule.words) }),
    rule.mood_below !== null && say("rule.if_mood", { value: rule.mood_below }),
    rule.cart_above !== null && say("rule.if_cart", { value: rule.cart_above }),
    rule.locales.length > 0 && say("rule.if_locales", { list: list(rule.locales) }),
    rule.min_messages !== null && say("rule.if_messages", { count: rule.min_messages }),
  ]
    .filter(Boolean)
    .join(" · ");
}
