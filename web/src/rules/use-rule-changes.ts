/** What can be done with the rules of the list. Switching and moving show at once, and are taken back if refused. */

import { queryClient } from "@/api";
import { confirm, toast, toastError } from "@/ui";
import { deleteRule, orderRules, type Rule, refreshRules, rulesQuery, updateRule } from "./queries";
import { useText } from "./text";

export function useRuleChanges(rules: Rule[]) {
  const t = useText();

  const attempt = async (shown: Rule[], change: () => Promise<unknown>, done?: () => void) => {
    queryClient.setQueryData(rulesQuery.queryKey, shown);
    try {
      await change();
      done?.();
    } catch (error) {
      toastError(error);
    }
    await refreshRules();
  };

  const enable = (rule: Rule, enabled: boolean) => {
    const shown = rules.map((other) => (other.id === rule.id ? { ...rule, enabled } : other));
    const say = enabled ? t.enabledNow : t.disabledNow;
    void attempt(
      shown,
      () => updateRule(rule.id, rule.version, { enabled }),
      () => toast({ title: say(rule.name) }),
    );
  };

  const move = (rule: Rule, by: -1 | 1) => {
    const from = rules.indexOf(rule);
    const shown = rules.toSpliced(from, 1).toSpliced(from + by, 0, rule);
    void attempt(shown, () => orderRules(shown.map(({ id }) => id)));
  };

  const remove = async (rule: Rule) => {
    const question = {
      title: t.deleteQuestion(rule.name),
      detail: t.deleteConsequence,
      action: t.delete,
      danger: true,
    };
    if (!(await confirm(question))) {
      return;
    }
    const shown = rules.filter(({ id }) => id !== rule.id);
    await attempt(
      shown,
      () => deleteRule(rule.id, rule.version),
      () => toast({ title: t.deleted(rule.name) }),
    );
  };

  return { enable, move, remove };
}
