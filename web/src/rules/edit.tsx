/** A rule as JSON: a new one, perhaps from a preset, or one that there is. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { queryClient, useMay } from "@/api";
import { buttonClass, ErrorState, Page, SkeletonRows, toast } from "@/ui";
import { useBegun } from "./begun";
import { Editor } from "./editor";
import { createRule, presetsQuery, type Rule, refreshRules, ruleQuery, updateRule } from "./queries";
import { useText } from "./text";
import type { Draft } from "./use-draft";
import type { Definition } from "./words";

/** What a new rule begins as: right as it is, and harmless. */
const EXAMPLE: Definition = {
  trigger: { type: "message_created" },
  conditions: { all: [{ fact: "message.text", op: "contains", value: "invoice" }] },
  actions: [{ type: "add_tag", tag: "billing" }],
  guards: { once_per: "conversation" },
};

export function NewRulePage() {
  const t = useText();
  const navigate = useNavigate();
  const { preset: key }: { preset?: string } = useSearch({ strict: false });
  const begun = useBegun();
  const presets = useQuery({ ...presetsQuery, enabled: Boolean(key) });
  if (key && presets.isPending) {
    return <SkeletonRows />;
  }
  const preset = presets.data?.find((one) => one.key === key);
  const begin: Draft = {
    name: begun?.name ?? preset?.name ?? "",
    description: preset?.description ?? "",
    enabled: false,
    definition: begun?.definition ?? preset?.definition ?? EXAMPLE,
  };
  const onSaved = async ({ id }: Rule) => {
    toast({ title: t.editor.created });
    void refreshRules();
    await navigate({ to: "/rules/$ruleId", params: { ruleId: id }, replace: true });
  };
  return (
    <Page title={t.editor.newTitle} back={<Back />}>
      <Editor begin={begin} action={t.editor.create} save={createRule} onSaved={onSaved} />
    </Page>
  );
}

export function EditRulePage() {
  const t = useText();
  const may = useMay()("manage_rules");
  const { ruleId = "" } = useParams({ strict: false }) as { ruleId?: string };
  const { data: rule, error, isPending, refetch } = useQuery(ruleQuery(ruleId));
  if (isPending) {
    return <SkeletonRows />;
  }
  if (!rule) {
    return <ErrorState error={error} retry={refetch} />;
  }
  const onSaved = (saved: Rule) => {
    toast({ title: t.editor.saved });
    queryClient.setQueryData(ruleQuery(ruleId).queryKey, saved);
    void refreshRules();
  };
  return (
    <Page title={rule.name} description={t.editor.version(rule.version)} back={<Back />}>
      <Editor
        key={rule.id}
        begin={rule}
        version={rule.version}
        action={t.editor.save}
        readOnly={!may}
        save={(draft, version = rule.version) => updateRule(rule.id, version, draft)}
        latest={async () => (await refetch()).data}
        onSaved={onSaved}
      />
    </Page>
  );
}

function Back() {
  const t = useText();
  return (
    <Link to="/rules" aria-label={t.editor.back} title={t.editor.back} className={buttonClass("ghost")}>
      <ArrowLeft aria-hidden />
    </Link>
  );
}
