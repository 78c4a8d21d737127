/** All contacts, found by any part of name, number or address. */

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Contact as ContactIcon, Plus, Search } from "lucide-react";
import { useState } from "react";
import { useMay } from "@/api";
import { useSearchState } from "@/search-state";
import { Button, Card, EmptyState, ErrorState, Input, LoadMore, Page, Select, SkeletonRows, Switch } from "@/ui";
import { CompanyChoice } from "./company-choice";
import { NewContactDialog } from "./contact-form";
import { ContactsTable } from "./contacts-table";
import { brandsQuery, contactsQuery } from "./queries";
import { ContactsTabs } from "./tabs";
import { useText } from "./text";
import { useDelayed } from "./use-delayed";

interface Filter {
  search?: string;
  brand?: string;
  company_id?: string;
  blocked?: string;
}

export function ContactsPage() {
  const t = useText();
  const may = useMay()("edit_contacts");
  const [filter, change] = useSearchState<Filter>();
  const [making, setMaking] = useState(false);
  const { search, brand, company_id, blocked } = useDelayed(filter);
  const contacts = useInfiniteQuery(contactsQuery({ search, brand, company_id, blocked: blocked ? true : undefined }));
  const rows = contacts.data?.pages.flatMap((page) => page.items) ?? [];
  const isFiltered = Boolean(search ?? brand ?? company_id ?? blocked);
  const create = (
    <Button variant="primary" icon={<Plus />} onClick={() => setMaking(true)}>
      {t.new}
    </Button>
  );
  return (
    <Page title={t.title} description={t.description} actions={may && create} bar={<ContactsTabs value="contacts" />}>
      <Card>
        <Filters filter={filter} onFilter={change} />
        {contacts.isPending ? (
          <SkeletonRows />
        ) : !contacts.data ? (
          <ErrorState error={contacts.error} retry={contacts.refetch} />
        ) : rows.length === 0 ? (
          <EmptyState icon={<ContactIcon />} title={isFiltered ? t.nothing : t.empty}>
            {!isFiltered && t.emptyHint}
          </EmptyState>
        ) : (
          <ContactsTable contacts={rows} />
        )}
        <LoadMore {...contacts} />
      </Card>
      {making && <NewContactDialog onClose={() => setMaking(false)} />}
    </Page>
  );
}

function Filters({ filter, onFilter }: { filter: Filter; onFilter: (change: Partial<Filter>) => void }) {
  const t = useText();
  const { data: brands = [] } = useQuery(brandsQuery);
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line p-3">
      <div className="w-72 max-w-full">
        <Input
          type="search"
          icon={<Search />}
          aria-label={t.search}
          placeholder={t.search}
          value={filter.search ?? ""}
          onChange={(event) => onFilter({ search: event.target.value })}
        />
      </div>
      <div className="w-48">
        <CompanyChoice
          none={t.anyCompany}
          value={filter.company_id ?? null}
          onValueChange={(id) => onFilter({ company_id: id ?? undefined })}
        />
      </div>
      {brands.length > 0 && (
        <Select
          className="w-40"
          aria-label={t.brand}
          placeholder={t.anyBrand}
          value={filter.brand ?? ""}
          onValueChange={(brand) => onFilter({ brand })}
          options={brands.map(({ key, name }) => ({ value: key, label: name }))}
        />
      )}
      <Switch
        label={t.onlyBlocked}
        checked={Boolean(filter.blocked)}
        onCheckedChange={(on) => onFilter({ blocked: on ? "yes" : undefined })}
      />
    </div>
  );
}
