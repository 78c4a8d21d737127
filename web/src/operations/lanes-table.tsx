import { useNavigate } from "@tanstack/react-router";
import { Ellipsis, List, Pause, Play, Skull } from "lucide-react";
import { useFormat } from "@/i18n";
import { Badge, type Column, cx, IconButton, Menu, MenuItem, MenuSeparator, Table } from "@/ui";
import type { Hold, LaneStats } from "./queries";
import { useText } from "./text";
import { usePause } from "./use-pause";

/** From this age of its oldest job on a lane is late, in seconds: what docs/operations.md tells operators to alert at. */
const lateAfter = (lane: string) => (lane === "live" ? 5 : 60);

export function LanesTable({ lanes, holds }: { lanes: LaneStats[]; holds: Hold[] }) {
  const t = useText();
  const { number, duration } = useFormat();
  const figure = (
    key: "ready" | "delayed" | "parked" | "held" | "running" | "dead_letters",
    header: string,
    tone?: string,
  ): Column<LaneStats> => ({
    key,
    header: <span title={t.stateMeaning[key]}>{header}</span>,
    align: "right",
    className: "tabular-nums",
    wide: key === "delayed" || key === "parked",
    cell: (lane) => <span className={lane[key] === 0 ? "text-faint" : tone}>{number(lane[key])}</span>,
  });
  const columns: Column<LaneStats>[] = [
    { key: "lane", header: t.lane, cell: (lane) => <LaneName lane={lane.lane} holds={holds} /> },
    figure("ready", t.states.ready ?? "", "font-medium"),
    figure("running", t.states.running ?? "", "font-medium"),
    figure("delayed", t.states.delayed ?? ""),
    figure("parked", t.states.parked ?? ""),
    figure("held", t.states.held ?? "", "font-medium text-warning"),
    figure("dead_letters", t.deadLetters, "font-medium text-danger"),
    {
      key: "oldest",
      header: <span title={t.oldestHint}>{t.oldest}</span>,
      align: "right",
      className: "whitespace-nowrap tabular-nums",
      cell: ({ lane, ready, oldest_seconds: seconds }) => {
        const late = ready > 0 && seconds > lateAfter(lane);
        const text = ready === 0 ? "–" : duration(seconds * 1000);
        return late ? (
          <Badge tone="warning" title={t.late}>
            {text}
          </Badge>
        ) : (
          <span className={cx(ready === 0 && "text-faint")}>{text}</span>
        );
      },
    },
    {
      key: "menu",
      header: <span className="sr-only">{t.menuOf("")}</span>,
      align: "right",
      cell: ({ lane }) => <LaneMenu lane={lane} isPaused={isPaused(lane, holds)} />,
    },
  ];
  return <Table label={t.lanes} columns={columns} rows={lanes} rowKey={({ lane }) => lane} />;
}

/** By this tenant, as a whole lane. */
const isPaused = (lane: string, holds: Hold[]) =>
  holds.some(
    (hold) => hold.reason === "paused" && hold.lane === lane && !hold.everyone && !hold.kind && !hold.connection_id,
  );

function LaneName({ lane, holds }: { lane: string; holds: Hold[] }) {
  const t = useText();
  const paused = isPaused(lane, holds);
  return (
    <div className="min-w-24">
      <span className="flex items-center gap-2 font-medium">
        {lane}
        {paused && <Badge tone="warning">{t.pause.paused}</Badge>}
      </span>
      <span className="text-xs text-muted max-md:hidden">{t.laneMeaning[lane]}</span>
    </div>
  );
}

function LaneMenu({ lane, isPaused }: { lane: string; isPaused: boolean }) {
  const t = useText();
  const navigate = useNavigate();
  const { pause, resume } = usePause();
  const go = (to: string) => void navigate({ to, search: { lane } as never });
  return (
    <Menu align="end" trigger={<IconButton size="sm" label={t.menuOf(lane)} icon={<Ellipsis />} />}>
      <MenuItem icon={<List />} onSelect={() => go("/operations/jobs")}>
        {t.showJobs}
      </MenuItem>
      <MenuItem icon={<Skull />} onSelect={() => go("/operations/dead-letters")}>
        {t.showDeadLetters}
      </MenuItem>
      <MenuSeparator />
      {isPaused ? (
        <MenuItem icon={<Play />} onSelect={() => void resume({ lane })}>
          {t.pause.resume}
        </MenuItem>
      ) : (
        <MenuItem icon={<Pause />} onSelect={() => void pause({ lane })}>
          {t.pause.pause}
        </MenuItem>
      )}
    </Menu>
  );
}
