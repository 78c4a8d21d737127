/** What waits in each lane and for how long, what that was a moment ago, and what holds it back. */

import { useQuery } from "@tanstack/react-query";
import { Inbox } from "lucide-react";
import { Badge, Card, EmptyState, ErrorState, Section, SkeletonRows, Tooltip } from "@/ui";
import { Charts } from "./charts";
import { HoldsTable } from "./holds-table";
import { KindsTable } from "./kinds-table";
import { LanesTable } from "./lanes-table";
import { holdsQuery, type LaneStats, statsQuery } from "./queries";
import { useText } from "./text";

export function Overview() {
  const t = useText();
  const stats = useQuery(statsQuery);
  const holds = useQuery(holdsQuery);
  if (stats.isPending) {
    return <SkeletonRows />;
  }
  if (!stats.data) {
    return <ErrorState error={stats.error} retry={stats.refetch} />;
  }
  const { lanes, kinds, capped } = stats.data;
  return (
    <>
      <Section
        title={t.lanes}
        actions={<LiveBadge stale={stats.isError} />}
        description={capped ? t.capped : undefined}
      >
        <Card>
          <LanesTable lanes={lanes} holds={holds.data ?? []} />
          {lanes.every(isIdle) && (
            <EmptyState icon={<Inbox />} title={t.noJobs}>
              {t.nothingYet}
            </EmptyState>
          )}
        </Card>
      </Section>
      {holds.data && holds.data.length > 0 && (
        <Section title={t.holds.title} description={t.holds.description}>
          <Card>
            <HoldsTable holds={holds.data} />
          </Card>
        </Section>
      )}
      <Charts />
      <Section title={t.kinds}>
        <Card>
          <KindsTable kinds={kinds} holds={holds.data ?? []} />
        </Card>
      </Section>
    </>
  );
}

const isIdle = ({ ready, delayed, parked, held, running, dead_letters: dead }: LaneStats) =>
  ready + delayed + parked + held + running + dead === 0;

function LiveBadge({ stale }: { stale: boolean }) {
  const t = useText();
  return (
    <Tooltip content={t.liveHint}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what it means must be read with keys, too. */}
      <span tabIndex={0} className="rounded">
        <Badge tone={stale ? "warning" : "success"}>{stale ? t.stale : t.live}</Badge>
      </span>
    </Tooltip>
  );
}
