import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useFormat } from "@/i18n";
import { Button, ErrorState, IconButton, Section, SkeletonRows } from "@/ui";
import { attempt } from "./attempt";
import { change, type User, userSessionsQuery } from "./queries";
import { useText } from "./text";

/** Where a person is signed in. */
export function UserSessions({ user: { id, name } }: { user: User }) {
  const { users: t } = useText();
  const { relative } = useFormat();
  const { data: sessions, error, isPending, refetch } = useQuery(userSessionsQuery(id));
  const endAll = sessions && sessions.length > 0 && (
    <Button size="sm" onClick={() => void attempt(() => change.endSessions(id), t.signedOut(name))}>
      {t.endAll}
    </Button>
  );
  return (
    <Section title={t.sessions} actions={endAll}>
      {isPending ? (
        <SkeletonRows rows={2} />
      ) : !sessions ? (
        <ErrorState error={error} retry={refetch} />
      ) : sessions.length === 0 ? (
        <p className="text-sm text-muted">{t.noSessions}</p>
      ) : (
        <ul className="flex flex-col divide-y divide-line rounded-lg border border-line">
          {sessions.map((session) => (
            <li key={session.id} className="flex items-center gap-3 px-3 py-2 text-sm">
              <span className="min-w-0 flex-1">
                <span className="block truncate">{session.user_agent || "–"}</span>
                <span className="block text-xs text-muted">
                  {session.address}, {t.lastUsed(relative(session.last_used_at))}
                </span>
              </span>
              <IconButton
                size="sm"
                label={t.endSession}
                icon={<X />}
                onClick={() => void attempt(() => change.endSession(id, session.id), t.sessionEnded)}
              />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
