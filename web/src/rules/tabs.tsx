import { useNavigate } from "@tanstack/react-router";
import { Tabs } from "@/ui";
import { useText } from "./text";

export function RulesTabs({ value }: { value: "rules" | "runs" }) {
  const t = useText();
  const navigate = useNavigate();
  return (
    <Tabs
      label={t.title}
      value={value}
      onValueChange={(next) => void navigate({ to: next === "runs" ? "/rules/runs" : "/rules" })}
      items={[
        { value: "rules", label: t.tabs.rules },
        { value: "runs", label: t.tabs.runs },
      ]}
      className="[&>div]:px-2 md:[&>div]:px-4"
    />
  );
}
