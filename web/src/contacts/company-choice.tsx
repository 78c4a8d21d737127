import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Combobox } from "@/ui";
import { companiesQuery, companyQuery } from "./queries";
import { useText } from "./text";
import { useDelayed } from "./use-delayed";

interface Props {
  value: string | null;
  onValueChange: (id: string | null) => void;
  /** What it is called to choose none. */
  none: string;
}

/** One of many companies, found by the server. */
export function CompanyChoice({ value, onValueChange, none }: Props) {
  const t = useText();
  const [search, setSearch] = useState("");
  const companies = useInfiniteQuery(companiesQuery(useDelayed(search) || undefined));
  const chosen = useQuery({ ...companyQuery(value ?? ""), enabled: value !== null });
  const found = companies.data?.pages.flatMap((page) => page.items) ?? [];
  const known = chosen.data && !found.some(({ id }) => id === value) ? [chosen.data.value, ...found] : found;
  return (
    <Combobox
      label={t.company}
      placeholder={none}
      none={none}
      value={value}
      onValueChange={onValueChange}
      onSearch={setSearch}
      loading={companies.isFetching}
      options={known.map(({ id, name, domains }) => ({ value: id, label: name, hint: domains[0] }))}
    />
  );
}
