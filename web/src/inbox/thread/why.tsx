import { CircleHelp } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Popover, SkeletonRows } from "@/ui";
import { useConversationText } from "../conversation-text";

const Why = lazy(() => import("./why-runs").then((module) => ({ default: module.WhyRuns })));

/** Why a rule has done something: for whoever sees the conversation. */
export function WhyButton({ ruleId, at }: { ruleId: string | undefined; at: string }) {
  const t = useConversationText();
  const [open, setOpen] = useState(false);
  if (!ruleId) return null;
  return (
    <Popover
      label={t.whyTitle}
      open={open}
      onOpenChange={setOpen}
      className="w-96 overflow-y-auto p-3"
      trigger={
        <button type="button" className="inline-flex items-center gap-0.5 text-accent-ink hover:underline">
          <CircleHelp aria-hidden className="size-3.5" />
          {t.why}
        </button>
      }
    >
      <Suspense fallback={<SkeletonRows rows={3} />}>
        <Why ruleId={ruleId} at={at} />
      </Suspense>
    </Popover>
  );
}
