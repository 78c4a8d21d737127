/** On every page, for whoever may do something about it: that jobs are paused, and where. */

import { useQuery } from "@tanstack/react-query";
import { Link, useLocation } from "@tanstack/react-router";
import { CirclePause } from "lucide-react";
import { calmHoldsQuery, type Hold } from "./queries";
import { useText } from "./text";

export default function PauseBanner() {
  const { banner: t } = useText().pause;
  const path = useLocation({ select: ({ pathname }) => pathname });
  const { data: holds = [] } = useQuery(calmHoldsQuery);
  const pauses = holds.filter(({ reason }) => reason === "paused" || reason === "locked");
  // The pages of operations say it themselves.
  if (pauses.length === 0 || path.startsWith("/operations")) {
    return null;
  }
  const text = pauses.every(({ everyone, reason }) => everyone || reason === "locked")
    ? t.operator
    : pauses.some(isOfAll)
      ? t.all
      : t.some(pauses.length);
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-warning-soft px-4 py-1.5 text-sm text-warning"
    >
      <CirclePause aria-hidden className="size-4 shrink-0" />
      <span>{text}</span>
      <Link to="/operations/held-back" className="font-medium underline">
        {t.show}
      </Link>
    </div>
  );
}

const isOfAll = ({ everyone, lane, kind, connection_id: connection }: Hold) =>
  !everyone && !lane && !kind && !connection;
