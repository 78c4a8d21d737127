import { useShellText } from "@/shell/text";
import { Page } from "@/ui";

export function ConnectionsPage() {
  const t = useShellText();
  return <Page title={t.connections}>{null}</Page>;
}
