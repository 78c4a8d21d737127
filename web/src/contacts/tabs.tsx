import { useNavigate } from "@tanstack/react-router";
import { Tabs } from "@/ui";
import { useText } from "./text";

export function ContactsTabs({ value }: { value: "contacts" | "companies" }) {
  const t = useText();
  const navigate = useNavigate();
  return (
    <Tabs
      label={t.title}
      value={value}
      onValueChange={(next) => void navigate({ to: next === "companies" ? "/contacts/companies" : "/contacts" })}
      items={[
        { value: "contacts", label: t.tabs.contacts },
        { value: "companies", label: t.tabs.companies },
      ]}
      className="[&>div]:px-2 md:[&>div]:px-4"
    />
  );
}
