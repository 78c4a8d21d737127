/** What can be done with the rules of the list. Switching and moving show at once, and are taken back if refused. */

import { queryClient } from "@/api";
import { confirm, toast, toastError } from "@/ui";
import { deleteRule, orderRules, type Rule, refreshRules, rulesQuery, updateRule } from "./queries";
import { useText } from "./text";

export function useRuleChanges(rules: Rule[]) {
  const t = useText();

  const attempt = async (show: (rules: Rule[]) => Rule[], change: () => Promise<unknown>) => {
    queryClient.setQueryData(rulesQuery.queryKey, (now) => now && show(now));
    try {
      await change();
    } catch (error) {
      toastError(error);
    }
    await refreshRules();
  };

  const enable = (rule: Rule, enabled: boolean) => {
    const say = enabled ? t.enabledNow : t.disabledNow;
    void attempt(
      (now) => now.map((other) => (other.id === rule.id ? { ...other, enabled } : other)),
      async () => {
        const changed = await updateRule(rule.id, rule.version, { enabled });
        toast({ title: say(rule.name), undo: () => enable(changed, !enabled) });
      },
    );
  };

  const order = (ids: string[], done: () => void) =>
    attempt(
      (now) => now.toSorted((one, other) => ids.indexOf(one.id) - ids.indexOf(other.id)),
      async () => {
        await orderRules(ids);
        done();
      },
    );

  const move = (rule: Rule, by: -1 | 1) => {
    const before = rules.map(({ id }) => id);
    const to = before.indexOf(rule.id) + by;
    const after = before.filter((id) => id !== rule.id).toSpliced(to, 0, rule.id);
    const undo = () => void order(before, () => undefined);
    void order(after, () => toast({ title: t.moved(rule.name, to + 1), undo }));
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
    await attempt(
      (now) => now.filter(({ id }) => id !== rule.id),
      async () => {
        await deleteRule(rule.id, rule.version);
        toast({ title: t.deleted(rule.name) });
      },
    );
  };

  return { enable, move, remove };
}
