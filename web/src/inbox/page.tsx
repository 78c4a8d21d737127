import { useShellText } from "@/shell/text";
import { Page } from "@/ui";

export function InboxPage() {
  const t = useShellText();
  return <Page title={t.inbox}>{null}</Page>;
}
