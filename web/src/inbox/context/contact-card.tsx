import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { BadgeCheck } from "lucide-react";
import type { components } from "@/api";
import { Avatar, Badge, CopyButton, RelativeTime } from "@/ui";
import { useChannelName } from "../channels";
import { useConversationText } from "../conversation-text";
import { attributesQuery } from "../queries";
import { attributeText } from "./attribute-text";
import { Block, Facts } from "./block";

/** Who the customer is. */
export function ContactCard({ contact }: { contact: components["schemas"]["Contact"] }) {
  const t = useConversationText();
  const channelName = useChannelName();
  const attributes = useQuery(attributesQuery).data ?? [];
  const own = attributes.filter(({ owner }) => owner === "contact");
  const name = contact.name ?? contact.phone ?? contact.email ?? t.unknownContact;
  return (
    <>
      <div className="flex items-center gap-3 border-b border-line px-4 py-4">
        <Avatar name={name} size="lg" />
        <div className="min-w-0">
          <Link
            to="/contacts/$contactId"
            params={{ contactId: contact.id }}
            className="block truncate text-base font-semibold hover:underline"
          >
            {name}
          </Link>
          <p className="truncate text-sm text-muted">{contact.company?.name}</p>
          <div className="flex flex-wrap gap-1">
            {contact.blocked_at && <Badge tone="danger">{t.blocked}</Badge>}
            {contact.opted_out_at && <Badge tone="warning">{t.optedOut}</Badge>}
          </div>
        </div>
      </div>
      <Block title={t.contact}>
        <Facts
          rows={[
            [t.phone, contact.phone && <Copyable key="phone" text={contact.phone} />],
            [t.email, contact.email && <Copyable key="email" text={contact.email} />],
            [t.knownSince, <RelativeTime key="since" at={contact.created_at} />],
            [t.lastWrote, contact.last_activity_at && <RelativeTime key="last" at={contact.last_activity_at} />],
            ...own.map(
              ({ key, name }) =>
                [name, attributeText((contact.custom_attributes as Record<string, unknown>)[key])] as const,
            ),
          ]}
        />
      </Block>
      <Block title={t.identities}>
        <ul className="flex flex-col gap-1 text-sm">
          {contact.identities.map(({ id, channel, value, verified_at }) => (
            <li key={id} className="flex items-center gap-1.5">
              <span className="text-muted">{channelName(channel)}</span>
              <span className="min-w-0 flex-1 truncate text-right" title={value}>
                {value}
              </span>
              {verified_at && <BadgeCheck role="img" aria-label={t.proven} className="size-4 shrink-0 text-success" />}
            </li>
          ))}
        </ul>
      </Block>
    </>
  );
}

function Copyable({ text }: { text: string }) {
  return (
    <span className="flex items-center gap-1">
      <span className="min-w-0 truncate" title={text}>
        {text}
      </span>
      <CopyButton text={text} />
    </span>
  );
}
