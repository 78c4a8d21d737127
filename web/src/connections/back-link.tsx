import { Link } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { buttonClass, cx } from "@/ui";

export function BackLink({ to, label }: { to: "/connections" | "/connections/plugins"; label: string }) {
  return (
    <Link to={to} aria-label={label} title={label} className={cx(buttonClass("ghost", "sm"), "w-7 px-0!")}>
      <ArrowLeft aria-hidden />
    </Link>
  );
}
