import { Clock, TriangleAlert } from "lucide-react";
import { useFormat } from "@/i18n";
import { Button } from "@/ui";
import { useConversationText } from "../conversation-text";
import type { ServiceWindow } from "./window";

interface WindowNoteProps {
  window: ServiceWindow;
  onTemplate: () => void;
}

/** How long one may still write freely; and what to do when one may not. */
export function WindowNote({ window, onTemplate }: WindowNoteProps) {
  const t = useConversationText();
  const format = useFormat();
  if (window.state === "closed") {
    return (
      <div className="mb-1.5 flex flex-wrap items-center gap-2 rounded-md bg-warning-soft px-2.5 py-1.5 text-sm text-warning">
        <TriangleAlert aria-hidden className="size-4 shrink-0" />
        <p className="min-w-0 flex-1 basis-48">{window.never ? t.windowNever : t.windowClosed}</p>
        <Button size="sm" onClick={onTemplate}>
          {t.sendTemplate}
        </Button>
      </div>
    );
  }
  return (
    <p
      className={`mb-1 flex items-center gap-1.5 px-1 text-xs ${window.state === "soon" ? "text-warning" : "text-muted"}`}
    >
      <Clock aria-hidden className="size-3.5" />
      {t.windowLeft(format.duration(window.left))}
    </p>
  );
}
