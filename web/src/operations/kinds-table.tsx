import { Link } from "@tanstack/react-router";
import { Pause, Play } from "lucide-react";
import { useFormat } from "@/i18n";
import { Badge, type Column, IconButton, Table } from "@/ui";
import type { Hold, KindStats } from "./queries";
import { useText } from "./text";
import { usePause } from "./use-pause";

/** Every kind of job with what waits of it, and a way to hold it back. */
export function KindsTable({ kinds, holds }: { kinds: KindStats[]; holds: Hold[] }) {
  const t = useText();
  const { number } = useFormat();
  const { pause, resume } = usePause();
  // By this tenant, which can resume it: a pause of the operator's stands among what is held back.
  const isPaused = (kind: string) =>
    holds.some(
      (hold) => hold.reason === "paused" && hold.kind === kind && !hold.everyone && !hold.lane && !hold.connection_id,
    );
  const figure = (
    key: "ready" | "running" | "delayed" | "held" | "dead_letters",
    tone?: string,
  ): Column<KindStats> => ({
    key,
    header: key === "dead_letters" ? t.deadLetters : t.states[key],
    align: "right",
    className: "tabular-nums",
    wide: key === "delayed",
    cell: (kind) => <span className={kind[key] === 0 ? "text-faint" : tone}>{number(kind[key])}</span>,
  });
  const columns: Column<KindStats>[] = [
    {
      key: "kind",
      header: t.kind,
      className: "min-w-40",
      cell: ({ kind }) => (
        <>
          <span className="flex items-center gap-2">
            <Link to="/operations/jobs" search={{ kind }} className="font-medium text-ink hover:underline">
              {kind}
            </Link>
            {isPaused(kind) && <Badge tone="warning">{t.pause.paused}</Badge>}
          </span>
          <span className="text-xs text-muted max-md:hidden">{t.kindMeaning[kind]}</span>
        </>
      ),
    },
    figure("ready"),
    figure("running"),
    figure("delayed"),
    figure("held", "font-medium text-warning"),
    figure("dead_letters", "font-medium text-danger"),
    {
      key: "pause",
      header: null,
      align: "right",
      cell: ({ kind }) =>
        isPaused(kind) ? (
          <IconButton
            size="sm"
            label={`${t.pause.resume}: ${kind}`}
            icon={<Play />}
            onClick={() => void resume({ kind })}
          />
        ) : (
          <IconButton size="sm" label={t.pause.kind(kind)} icon={<Pause />} onClick={() => void pause({ kind })} />
        ),
    },
  ];
  return <Table label={t.kinds} columns={columns} rows={kinds} rowKey={({ kind, lane }) => `${kind} ${lane}`} />;
}
