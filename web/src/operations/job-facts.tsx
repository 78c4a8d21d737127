/** Everything that is known of a job, alive or dead. */

import { Fragment, type ReactNode } from "react";
import { useFormat } from "@/i18n";
import { CopyButton } from "@/ui";
import type { DeadLetterDetails, JobDetails } from "./queries";
import { useText } from "./text";

/** Names and values, those without a value left out. */
export function Facts({ facts }: { facts: [string, ReactNode][] }) {
  return (
    <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm">
      {facts
        .filter(([, value]) => value !== null && value !== undefined && value !== "")
        .map(([name, value]) => (
          <Fragment key={name}>
            <dt className="text-muted">{name}</dt>
            <dd className="min-w-0 break-words">{value}</dd>
          </Fragment>
        ))}
    </dl>
  );
}

/** A long id in small letters, to be copied. */
export function Code({ text }: { text: string }) {
  return (
    <span className="flex items-center gap-1">
      <code className="truncate font-mono text-xs">{text}</code>
      <CopyButton text={text} />
    </span>
  );
}

type Attempt = JobDetails["failed_attempts"][number];

/** Every attempt that failed, and why: the last one first. */
export function Attempts({ attempts }: { attempts: Attempt[] }) {
  const t = useText();
  const { dateTime, duration } = useFormat();
  if (attempts.length === 0) {
    return <p className="text-sm text-muted">{t.jobs.noFailures}</p>;
  }
  return (
    <ol className="flex flex-col gap-3">
      {attempts.toReversed().map(({ attempt, ended_at: at, duration_ms: ms, error, outcome }) => (
        <li key={`${attempt} ${at}`} className="border-l-2 border-line pl-3 text-sm">
          <p className="flex flex-wrap gap-x-2">
            <span className="font-medium">{t.jobs.attempt(attempt)}</span>
            <span className="text-muted">
              {t.jobs.outcomes[outcome] ?? outcome}
              {typeof ms === "number" && ` ${t.jobs.took(duration(ms))}`}, {dateTime(at)}
            </span>
          </p>
          {error && <p className="mt-0.5 font-mono text-xs break-words whitespace-pre-wrap text-danger">{error}</p>}
        </li>
      ))}
    </ol>
  );
}

/** The arguments, as they are stored. */
export function Arguments({ args }: { args: JobDetails["args"] | DeadLetterDetails["args"] }) {
  return (
    <pre className="overflow-x-auto rounded-md border border-line bg-sunken p-3 font-mono text-xs">
      {JSON.stringify(args, null, 2)}
    </pre>
  );
}
