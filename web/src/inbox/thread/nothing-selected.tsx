import { MessagesSquare } from "lucide-react";
import { EmptyState, Kbd } from "@/ui";
import { useInboxText } from "../text";

export function NothingSelected() {
  const t = useInboxText();
  return (
    <div className="flex h-full items-center justify-center bg-sunken">
      <EmptyState icon={<MessagesSquare />} title={t.selectConversation}>
        {t.selectHint} <Kbd keys="j" /> <Kbd keys="k" /> <Kbd keys="?" />
      </EmptyState>
    </div>
  );
}
