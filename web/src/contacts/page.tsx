import { useShellText } from "@/shell/text";
import { Page } from "@/ui";

export function ContactsPage() {
  const t = useShellText();
  return <Page title={t.contacts}>{null}</Page>;
}
