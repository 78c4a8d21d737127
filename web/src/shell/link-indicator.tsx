import { useLinkState } from "@/realtime";
import { cx, Tooltip } from "@/ui";
import { useShellText } from "./text";
import { useOnline } from "./use-online";

/** Whether what is on the screen is live. */
export function LinkIndicator() {
  const { label, dot } = useLink();
  return (
    <Tooltip content={label} side="right">
      <span role="status" aria-label={label} className="flex size-8 items-center justify-center">
        <span className={cx("size-2.5 rounded-full", dot)} />
      </span>
    </Tooltip>
  );
}

/** The same across the top of a narrow screen, where there is no rail; nothing while all is well. */
export function LinkBanner() {
  const t = useShellText();
  const { label } = useLink();
  if (label === t.live || label === t.connecting) return null;
  return (
    <p role="status" className="bg-warning-soft px-3 py-1 text-center text-xs text-warning md:hidden">
      {label}
    </p>
  );
}

function useLink(): { label: string; dot: string } {
  const t = useShellText();
  const state = useLinkState();
  if (!useOnline()) return { label: t.offline, dot: "bg-danger" };
  if (state === "live") return { label: t.live, dot: "bg-success" };
  return state === "connecting"
    ? { label: t.connecting, dot: "bg-warning motion-safe:animate-pulse" }
    : { label: t.polling, dot: "bg-warning" };
}
