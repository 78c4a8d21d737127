import { Link, useNavigate } from "@tanstack/react-router";
import { ArrowDown, ArrowUp, Ellipsis, History, Pencil, Trash2 } from "lucide-react";
import { useMay } from "@/api";
import { type Column, IconButton, Menu, MenuItem, MenuSeparator, RelativeTime, Switch, Table } from "@/ui";
import type { Rule } from "./queries";
import { useText } from "./text";
import { useRuleChanges } from "./use-rule-changes";
import { actions, conditions, guards, trigger } from "./words";

export function RulesList({ rules }: { rules: Rule[] }) {
  const t = useText();
  const may = useMay()("manage_rules");
  const { enable, move } = useRuleChanges(rules);
  const columns: Column<Rule>[] = [
    {
      key: "order",
      className: "w-px whitespace-nowrap",
      header: (
        <span title={`${t.order}: ${t.orderHint}`}>
          <span aria-hidden>#</span>
          <span className="sr-only">{t.order}</span>
        </span>
      ),
      cell: (rule) => (
        <span className="flex items-center">
          <span className="min-w-6 text-right text-muted tabular-nums">{rules.indexOf(rule) + 1}</span>
          {may && (
            <span className="ml-1 flex max-md:hidden">
              <IconButton
                size="sm"
                label={t.moveUp(rule.name)}
                icon={<ArrowUp />}
                disabled={rule === rules[0]}
                onClick={() => move(rule, -1)}
              />
              <IconButton
                size="sm"
                label={t.moveDown(rule.name)}
                icon={<ArrowDown />}
                disabled={rule === rules.at(-1)}
                onClick={() => move(rule, 1)}
              />
            </span>
          )}
        </span>
      ),
    },
    {
      key: "name",
      header: t.name,
      className: "min-w-40",
      cell: (rule) => (
        <>
          <Link to="/rules/$ruleId" params={{ ruleId: rule.id }} className="font-medium text-ink hover:underline">
            {rule.name}
          </Link>
          {rule.description && <span className="line-clamp-2 text-xs text-muted">{rule.description}</span>}
        </>
      ),
    },
    { key: "what", header: t.what, wide: true, cell: (rule) => <Sentence rule={rule} /> },
    {
      key: "changed",
      header: t.changed,
      wide: true,
      className: "whitespace-nowrap text-muted",
      cell: ({ updated_at: at }) => <RelativeTime at={at} />,
    },
    {
      key: "enabled",
      header: t.enabled,
      cell: (rule) => (
        <Switch
          hideLabel
          label={t.enable(rule.name)}
          checked={rule.enabled}
          disabled={!may}
          onCheckedChange={(on) => enable(rule, on)}
        />
      ),
    },
    { key: "menu", header: null, align: "right", cell: (rule) => <RuleMenu rule={rule} rules={rules} /> },
  ];
  return <Table label={t.title} columns={columns} rows={rules} rowKey={({ id }) => id} />;
}

export function Sentence({ rule: { definition } }: { rule: Pick<Rule, "definition"> }) {
  const t = useText();
  const condition = conditions(t, definition);
  const limits = guards(t, definition);
  return (
    <p className="max-w-prose text-sm">
      <span>{trigger(t, definition)}</span>
      {condition && <span className="text-muted">, {condition}</span>}
      <span className="text-muted">: </span>
      <span>{actions(t, definition).join("; ")}</span>
      {limits.length > 0 && <span className="text-muted"> ({limits.join("; ")})</span>}
    </p>
  );
}

function RuleMenu({ rule, rules }: { rule: Rule; rules: Rule[] }) {
  const t = useText();
  const may = useMay()("manage_rules");
  const navigate = useNavigate();
  const { remove, move } = useRuleChanges(rules);
  return (
    <Menu align="end" trigger={<IconButton size="sm" label={t.menuOf(rule.name)} icon={<Ellipsis />} />}>
      <MenuItem icon={<Pencil />} onSelect={() => void navigate({ to: "/rules/$ruleId", params: { ruleId: rule.id } })}>
        {may ? t.edit : t.open}
      </MenuItem>
      <MenuItem icon={<History />} onSelect={() => void navigate({ to: "/rules/runs", search: { rule_id: rule.id } })}>
        {t.runs}
      </MenuItem>
      {may && (
        <>
          <MenuItem icon={<ArrowUp />} disabled={rule === rules[0]} onSelect={() => move(rule, -1)}>
            {t.up}
          </MenuItem>
          <MenuItem icon={<ArrowDown />} disabled={rule === rules.at(-1)} onSelect={() => move(rule, 1)}>
            {t.down}
          </MenuItem>
          <MenuSeparator />
          <MenuItem icon={<Trash2 />} danger onSelect={() => void remove(rule)}>
            {t.delete}
          </MenuItem>
        </>
      )}
    </Menu>
  );
}
