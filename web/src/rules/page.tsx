/** All rules in the order in which they are asked. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { LayoutTemplate, Plus, Workflow } from "lucide-react";
import { useMay } from "@/api";
import { useSearchState } from "@/search-state";
import { Button, buttonClass, Card, EmptyState, ErrorState, Page, SkeletonRows } from "@/ui";
import { PresetsDrawer } from "./presets";
import { rulesQuery } from "./queries";
import { RulesList } from "./rules-list";
import { RulesTabs } from "./tabs";
import { useText } from "./text";

export function RulesPage() {
  const t = useText();
  const may = useMay()("manage_rules");
  const [{ presets }, change] = useSearchState<{ presets?: string }>();
  const rules = useQuery(rulesQuery);
  const showPresets = () => change({ presets: "all" });
  return (
    <Page
      title={t.title}
      description={t.description}
      actions={may && <New onPresets={showPresets} />}
      bar={<RulesTabs value="rules" />}
    >
      {rules.isPending ? (
        <SkeletonRows />
      ) : !rules.data ? (
        <ErrorState error={rules.error} retry={rules.refetch} />
      ) : (
        <Card>
          {rules.data.length > 0 ? (
            <RulesList rules={rules.data} />
          ) : (
            <EmptyState
              icon={<Workflow />}
              title={t.empty}
              action={may && <Button onClick={showPresets}>{t.newPreset}</Button>}
            >
              {may ? t.emptyHint : t.emptyReader}
            </EmptyState>
          )}
        </Card>
      )}
      {presets && may && <PresetsDrawer onClose={() => change({ presets: undefined })} />}
    </Page>
  );
}

function New({ onPresets }: { onPresets: () => void }) {
  const t = useText();
  const navigate = useNavigate();
  return (
    <>
      <Button icon={<LayoutTemplate />} onClick={onPresets}>
        {t.presets.title}
      </Button>
      <Link
        to="/rules/new"
        className={buttonClass("primary")}
        onKeyDown={(event) => event.key === " " && void navigate({ to: "/rules/new" })}
      >
        <Plus aria-hidden />
        {t.newBlank}
      </Link>
    </>
  );
}
