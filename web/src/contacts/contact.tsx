/** One contact: who they are, what they said and where, and what has happened. */

import { useQuery } from "@tanstack/react-query";
import { Link, Navigate, useParams } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { isProblem } from "@/api";
import { useSearchState } from "@/search-state";
import { Badge, buttonClass, EmptyState, ErrorState, Page, SkeletonRows, TabPanel, Tabs } from "@/ui";
import { ContactActions } from "./contact-actions";
import { nameOf } from "./contacts-table";
import { Journey } from "./journey";
import { OverviewPanel } from "./overview";
import { overviewQuery } from "./queries";
import { useText } from "./text";
import { Timeline } from "./timeline";

const TABS = ["overview", "timeline", "journey"] as const;

export function ContactPage() {
  const t = useText();
  const { contactId = "" } = useParams({ strict: false }) as { contactId?: string };
  const [{ view }, change] = useSearchState<{ view?: string }>();
  const tab = TABS.find((name) => name === view) ?? "overview";
  const { data: overview, error, isPending, refetch } = useQuery(overviewQuery(contactId));
  if (isPending) {
    return <SkeletonRows />;
  }
  if (!overview) {
    return isProblem(error, "not_found") ? (
      <EmptyState title={t.contact.gone} action={<Back />} />
    ) : (
      <ErrorState error={error} retry={refetch} />
    );
  }
  const { contact } = overview;
  if (contact.id !== contactId) {
    // They were merged into another, whom the server answers with.
    return <Navigate to="/contacts/$contactId" params={{ contactId: contact.id }} replace />;
  }
  const marks = (
    <span className="flex flex-wrap items-center gap-2">
      {[contact.phone, contact.email].filter(Boolean).join(" · ")}
      {contact.blocked_at && <Badge tone="danger">{t.blocked}</Badge>}
      {contact.opted_out_at && <Badge tone="warning">{t.optedOut}</Badge>}
    </span>
  );
  return (
    <Page
      title={nameOf(contact) ?? t.nameless}
      description={marks}
      back={<Back />}
      actions={<ContactActions contact={contact} />}
    >
      <Tabs
        label={t.title}
        value={tab}
        onValueChange={(next) => change({ view: next === "overview" ? undefined : next })}
        items={TABS.map((value) => ({ value, label: t.contact.tabs[value] }))}
      >
        <TabPanel value="overview" className="pt-4">
          <OverviewPanel overview={overview} />
        </TabPanel>
        <TabPanel value="timeline" className="pt-4">
          <Timeline id={contact.id} />
        </TabPanel>
        <TabPanel value="journey" className="pt-4">
          <Journey id={contact.id} />
        </TabPanel>
      </Tabs>
    </Page>
  );
}

function Back() {
  const t = useText();
  return (
    <Link to="/contacts" aria-label={t.back} title={t.back} className={buttonClass("ghost")}>
      <ArrowLeft aria-hidden />
    </Link>
  );
}
