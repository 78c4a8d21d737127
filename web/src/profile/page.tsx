import { useShellText } from "@/shell/text";
import { Page } from "@/ui";

export function ProfilePage() {
  const t = useShellText();
  return <Page title={t.profile}>{null}</Page>;
}
