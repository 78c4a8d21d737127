import { useShellText } from "@/shell/text";
import { Page } from "@/ui";

export function PeoplePage() {
  const t = useShellText();
  return <Page title={t.people}>{null}</Page>;
}
