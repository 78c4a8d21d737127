import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Button, buttonClass, ErrorNote, ErrorState, RelativeTime, Skeleton } from "@/ui";
import { authorize } from "./changes";
import { Panel } from "./panel";
import { oauthQuery, refreshConnections } from "./queries";
import { useText } from "./text";

interface Waiting {
  issued: string | null;
  url: string;
  /** When coming back from the provider is of no use any more. */
  until: string;
  isBlocked: boolean;
}

/**
 * Access by OAuth. The provider's page opens in a window of its own, since its end leads nowhere; this page asks meanwhile
 * whether the access is there.
 */
export function OauthPanel({ connection }: { connection: string }) {
  const t = useText();
  const [since, setSince] = useState<Waiting>();
  const [hasEnded, setHasEnded] = useState(false);
  const { data: access, error, refetch } = useQuery(oauthQuery(connection, since !== undefined));
  const isNew = since !== undefined && access?.authorized === true && (access.issued_at ?? null) !== since.issued;
  useEffect(() => {
    if (!isNew) return;
    setSince(undefined);
    void refreshConnections();
  }, [isNew]);
  // A refusal at the provider is not told to us: it shows by nothing having come in time.
  useEffect(() => {
    if (!since) return;
    const timer = setTimeout(
      () => {
        setSince(undefined);
        setHasEnded(true);
      },
      Math.max(0, Date.parse(since.until) - Date.now()),
    );
    return () => clearTimeout(timer);
  }, [since]);

  const beginning = useMutation({
    mutationFn: async () => {
      // Opened while the click still counts as one: a browser blocks windows that open by themselves.
      const page = window.open("", "_blank");
      try {
        const { authorization_url: url, expires_at: until } = await authorize(connection);
        if (page) {
          page.opener = null;
          page.location.href = url;
        }
        setHasEnded(false);
        setSince({ issued: access?.issued_at ?? null, url, until, isBlocked: page === null });
      } catch (error) {
        page?.close();
        throw error;
      }
    },
  });
  if (!access) {
    return <Panel title={t.oauth.title}>{error ? <ErrorState error={error} retry={refetch} /> : <Skeleton />}</Panel>;
  }
  return (
    <Panel
      title={t.oauth.title}
      actions={
        access.needs_person && (
          <Button
            size="sm"
            variant={access.authorized ? "secondary" : "primary"}
            busy={beginning.isPending}
            onClick={() => beginning.mutate()}
          >
            {access.authorized ? t.oauth.again : t.oauth.connect}
          </Button>
        )
      }
    >
      <p>
        {access.authorized ? t.oauth.authorized : t.oauth.notAuthorized}{" "}
        {access.issued_at && <RelativeTime at={access.issued_at} className="text-muted" />}
      </p>
      {!access.needs_person && <p className="text-muted">{t.oauth.byItself}</p>}
      {access.scopes.length > 0 && (
        <p className="text-muted">
          {t.oauth.scopes}: <span className="font-mono text-xs">{access.scopes.join(" ")}</span>
        </p>
      )}
      {since && (
        <p role="status" className="rounded-md bg-accent-soft px-3 py-2 text-accent-ink">
          {since.isBlocked ? t.oauth.blocked : t.oauth.waiting}
        </p>
      )}
      {since?.isBlocked && (
        <a href={since.url} target="_blank" rel="noreferrer" className={buttonClass("primary", "sm")}>
          {t.oauth.open}
        </a>
      )}
      {since && (
        <Button size="sm" variant="ghost" className="self-start" onClick={() => setSince(undefined)}>
          {t.oauth.stop}
        </Button>
      )}
      {hasEnded && !since && !access.authorized && (
        <p role="status" className="text-warning">
          {t.oauth.ended}
        </p>
      )}
      {beginning.error && <ErrorNote error={beginning.error} />}
    </Panel>
  );
}
