import { Link } from "@tanstack/react-router";
import { buttonClass, EmptyState } from "@/ui";
import { useShellText } from "./text";

export function NotFound() {
  const t = useShellText();
  return (
    <main className="flex h-full flex-col justify-center">
      <h1 className="sr-only">{t.notFound}</h1>
      <EmptyState
        title={t.notFound}
        action={
          <Link to="/inbox" className={buttonClass("primary")}>
            {t.toInbox}
          </Link>
        }
      >
        {t.notFoundHint}
      </EmptyState>
    </main>
  );
}
