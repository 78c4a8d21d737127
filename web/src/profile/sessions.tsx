import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { queryClient } from "@/api";
import { useFormat } from "@/i18n";
import { Badge, Button, ErrorState, IconButton, Section, SkeletonRows, toast, toastError } from "@/ui";
import { endOtherSessions, endSession, sessionsQuery } from "./queries";
import { useText } from "./text";

/** Where one is signed in. */
export function Sessions() {
  const { sessions: t } = useText();
  const { relative } = useFormat();
  const { data: sessions, error, isPending, refetch } = useQuery(sessionsQuery);
  const end = async (change: () => Promise<unknown>, said: string) => {
    try {
      await change();
      toast({ title: said });
    } catch (reason) {
      toastError(reason);
    }
    await queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey });
  };
  const others = sessions?.some(({ current }) => !current) && (
    <Button size="sm" onClick={() => void end(endOtherSessions, t.othersEnded)}>
      {t.endOthers}
    </Button>
  );
  return (
    <Section title={t.title} description={t.description} actions={others}>
      {isPending ? (
        <SkeletonRows rows={2} />
      ) : !sessions ? (
        <ErrorState error={error} retry={refetch} />
      ) : (
        <ul className="flex flex-col divide-y divide-line rounded-lg border border-line">
          {sessions.map((session) => (
            <li key={session.id} className="flex items-center gap-3 px-3 py-2 text-sm">
              <span className="min-w-0 flex-1">
                <span className="flex items-center gap-2">
                  <span className="truncate">{session.user_agent || "–"}</span>
                  {session.current && <Badge tone="accent">{t.here}</Badge>}
                </span>
                <span className="block text-xs text-muted">
                  {session.address}, {t.signedIn(relative(session.created_at))},{" "}
                  {t.lastUsed(relative(session.last_used_at))}
                </span>
              </span>
              {!session.current && (
                <IconButton
                  size="sm"
                  label={t.end}
                  icon={<X />}
                  onClick={() => void end(() => endSession(session.id), t.ended)}
                />
              )}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
