/** Companies that contacts are of. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Building2, Plus, Search } from "lucide-react";
import { useState } from "react";
import { useMay } from "@/api";
import { useSearchState } from "@/search-state";
import { Button, Card, type Column, EmptyState, ErrorState, Input, LoadMore, Page, SkeletonRows, Table } from "@/ui";
import { CompanyDialog, EditCompany } from "./company-form";
import { type Company, companiesQuery } from "./queries";
import { ContactsTabs } from "./tabs";
import { useText } from "./text";
import { useDelayed } from "./use-delayed";

export function CompaniesPage() {
  const t = useText();
  const may = useMay()("edit_contacts");
  const [{ search, company }, change] = useSearchState<{ search?: string; company?: string }>();
  const [making, setMaking] = useState(false);
  const companies = useInfiniteQuery(companiesQuery(useDelayed(search)));
  const rows = companies.data?.pages.flatMap((page) => page.items) ?? [];
  const create = (
    <Button variant="primary" icon={<Plus />} onClick={() => setMaking(true)}>
      {t.companies.new}
    </Button>
  );
  return (
    <Page
      title={t.title}
      description={t.companies.description}
      actions={may && create}
      bar={<ContactsTabs value="companies" />}
    >
      <Card>
        <div className="w-72 max-w-full p-3">
          <Input
            type="search"
            icon={<Search />}
            aria-label={t.companies.search}
            placeholder={t.companies.search}
            value={search ?? ""}
            onChange={(event) => change({ search: event.target.value })}
          />
        </div>
        {companies.isPending ? (
          <SkeletonRows />
        ) : !companies.data ? (
          <ErrorState error={companies.error} retry={companies.refetch} />
        ) : rows.length === 0 ? (
          <EmptyState icon={<Building2 />} title={search ? t.companies.nothing : t.companies.empty}>
            {!search && t.companies.emptyHint}
          </EmptyState>
        ) : (
          <CompaniesTable companies={rows} onOpen={(id) => change({ company: id })} />
        )}
        <LoadMore {...companies} />
      </Card>
      {making && <CompanyDialog onClose={() => setMaking(false)} />}
      {company && <EditCompany key={company} id={company} onClose={() => change({ company: undefined })} />}
    </Page>
  );
}

function CompaniesTable({ companies, onOpen }: { companies: Company[]; onOpen: (id: string) => void }) {
  const t = useText();
  const columns: Column<Company>[] = [
    {
      key: "name",
      header: t.name,
      cell: ({ id, name }) => (
        <button type="button" className="font-medium hover:underline" onClick={() => onOpen(id)}>
          {name}
        </button>
      ),
    },
    {
      key: "domains",
      header: t.companies.domains,
      cell: ({ domains }) => <span className="text-muted">{domains.join(", ") || t.notSet}</span>,
    },
    {
      key: "people",
      header: t.companies.people,
      align: "right",
      cell: ({ id, contact_count: count }) => (
        <Link
          to="/contacts"
          search={{ company_id: id }}
          title={t.companies.showPeople}
          className="text-accent-ink tabular-nums hover:underline"
        >
          {count}
        </Link>
      ),
    },
  ];
  return <Table label={t.tabs.companies} columns={columns} rows={companies} rowKey={({ id }) => id} />;
}
