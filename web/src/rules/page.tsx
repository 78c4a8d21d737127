import { useShellText } from "@/shell/text";
import { Page } from "@/ui";

export function RulesPage() {
  const t = useShellText();
  return <Page title={t.rules}>{null}</Page>;
}
