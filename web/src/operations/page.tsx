import { useShellText } from "@/shell/text";
import { Page } from "@/ui";

export function OperationsPage() {
  const t = useShellText();
  return <Page title={t.operations}>{null}</Page>;
}
