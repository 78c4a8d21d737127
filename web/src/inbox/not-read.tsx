import { CloudOff } from "lucide-react";
import { EmptyState } from "@/ui";
import { useInboxText } from "./text";

/** What stands in the place of what cannot be asked for now, and was not read before. */
export function NotRead() {
  const t = useInboxText();
  return (
    <EmptyState icon={<CloudOff />} title={t.notReadTitle}>
      {t.notReadHint}
    </EmptyState>
  );
}
