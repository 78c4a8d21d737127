import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useFormat } from "@/i18n";
import { useChannelName } from "@/inbox/channels";
import { STATUS_TONES } from "@/inbox/marks";
import { useInboxText } from "@/inbox/text";
import { Badge, RelativeTime, Section } from "@/ui";
import { AttributeValue } from "./attribute-fields";
import { Facts } from "./facts";
import { attributesQuery, type Overview } from "./queries";
import { Suggestions } from "./suggestions";
import { useText } from "./text";

/** Everything about a contact on one page. */
export function OverviewPanel({ overview }: { overview: Overview }) {
  return (
    <div className="grid gap-x-8 lg:grid-cols-[minmax(0,1fr)_320px]">
      <div className="min-w-0">
        <Suggestions contact={overview.contact} suggestions={overview.suggestions} />
        <Conversations overview={overview} />
        <Facts id={overview.contact.id} facts={overview.facts} />
      </div>
      <div className="min-w-0">
        <Details overview={overview} />
        <Identities overview={overview} />
      </div>
    </div>
  );
}

function Conversations({ overview }: { overview: Overview }) {
  const t = useText();
  const { statuses } = useInboxText();
  const channelName = useChannelName();
  const { conversations, conversation_count: all, open_conversation_count: open } = overview;
  return (
    <Section title={t.contact.conversations} description={t.contact.counts(all, open)}>
      {conversations.length === 0 ? (
        <p className="text-sm text-muted">{t.contact.noConversations}</p>
      ) : (
        <ul className="flex flex-col divide-y divide-line rounded-lg border border-line">
          {conversations.map(({ id, channel, status, last_message: last, updated_at: at }) => (
            <li key={id}>
              <Link
                to="/inbox/$conversationId"
                params={{ conversationId: id }}
                className="flex flex-col gap-0.5 px-3 py-2 hover:bg-hover"
              >
                <span className="flex items-center gap-2 text-sm">
                  <Badge tone={STATUS_TONES[status]}>{statuses[status]}</Badge>
                  <span className="text-muted">{channel && channelName(channel)}</span>
                  <span className="flex-1" />
                  <RelativeTime at={last?.at ?? at} className="text-xs text-muted" />
                </span>
                <span className="truncate text-sm">{last?.preview}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Details({ overview: { contact, company } }: { overview: Overview }) {
  const t = useText();
  const { date } = useFormat();
  const { data: attributes = [] } = useQuery(attributesQuery);
  const values = contact.custom_attributes as Record<string, unknown>;
  const facts: [string, ReactNode][] = [
    [t.phone, contact.phone ?? t.notSet],
    [t.email, contact.email ?? t.notSet],
    [
      t.company,
      company ? (
        <Link
          key="company"
          to="/contacts/companies"
          search={{ company: company.id }}
          className="text-accent-ink hover:underline"
        >
          {company.name}
        </Link>
      ) : (
        t.notSet
      ),
    ],
    ...(contact.brand ? ([[t.brand, contact.brand]] as [string, ReactNode][]) : []),
    [t.firstSeen, date(contact.created_at)],
    ...attributes
      .filter(({ owner }) => owner === "contact")
      .map((attribute): [string, ReactNode] => [
        attribute.name,
        <AttributeValue key={attribute.key} attribute={attribute} value={values[attribute.key]} />,
      ]),
  ];
  return (
    <Section title={t.contact.details}>
      <dl className="grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)] gap-x-4 gap-y-1.5 text-sm">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="min-w-0 break-words">{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

function Identities({ overview: { contact } }: { overview: Overview }) {
  const t = useText();
  const channelName = useChannelName();
  return (
    <Section title={t.contact.identities}>
      <ul className="flex flex-col gap-2 text-sm">
        {contact.identities.map(({ id, channel, value, verified_at: verified, merged_from: merged }) => (
          <li key={id} className="flex flex-wrap items-baseline gap-x-2">
            <span className="text-muted">{channelName(channel)}</span>
            <span className="min-w-0 break-all">{value}</span>
            <Badge
              tone={verified ? "success" : "neutral"}
              title={verified ? t.contact.verifiedHint : t.contact.saidHint}
            >
              {verified ? t.contact.verified : t.contact.said}
            </Badge>
            {merged && <span className="text-xs text-muted">{t.contact.mergedFrom}</span>}
          </li>
        ))}
      </ul>
    </Section>
  );
}
