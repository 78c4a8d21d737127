/** The frame of the pages about the queue: their tabs, and a word when something is paused. */

import { useQuery } from "@tanstack/react-query";
import { Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { CirclePause } from "lucide-react";
import { Button, Page, Tabs } from "@/ui";
import { holdsQuery, statsQuery } from "./queries";
import { useText } from "./text";
import { usePause } from "./use-pause";

const TABS = ["overview", "jobs", "dead-letters", "held-back", "workers"] as const;

export function OperationsPage() {
  const t = useText();
  const navigate = useNavigate();
  const path = useLocation({ select: ({ pathname }) => pathname });
  const stats = useQuery(statsQuery);
  const holds = useQuery(holdsQuery);
  const tab = TABS.find((name) => path.startsWith(`/operations/${name}`)) ?? "overview";
  const dead = stats.data?.lanes.reduce((sum, lane) => sum + lane.dead_letters, 0);
  const items = [
    { value: "overview", label: t.tabs.overview },
    { value: "jobs", label: t.tabs.jobs },
    { value: "dead-letters", label: t.tabs.deadLetters, count: dead },
    { value: "held-back", label: t.tabs.holds, count: holds.data?.length },
    { value: "workers", label: t.tabs.workers },
  ];
  return (
    <Page
      title={t.title}
      description={t.description}
      actions={<PauseAll />}
      bar={
        <Tabs
          label={t.title}
          value={tab}
          onValueChange={(value) => void navigate({ to: `/operations/${value as (typeof TABS)[number]}` })}
          items={items}
          className="[&>div]:px-2 md:[&>div]:px-4"
        />
      }
    >
      <Outlet />
    </Page>
  );
}

function PauseAll() {
  const t = useText();
  const { pause, resume } = usePause();
  const { data: holds } = useQuery(holdsQuery);
  const isPaused = holds?.some((hold) => isOfAll(hold));
  return isPaused ? (
    <Button variant="primary" onClick={() => void resume({ all: true })}>
      {t.pause.resume}
    </Button>
  ) : (
    <Button icon={<CirclePause />} onClick={() => void pause({ all: true })}>
      {t.pause.all}
    </Button>
  );
}

const isOfAll = (hold: {
  reason: string;
  everyone: boolean;
  lane?: string | null;
  kind?: string | null;
  connection_id?: string | null;
}) => hold.reason === "paused" && !hold.everyone && !hold.lane && !hold.kind && !hold.connection_id;
