/** A page with one list: what it is, a button for another entry, and the states that a list can be in. */

import type { UseQueryResult } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import type { ReactNode } from "react";
import { Button, Card, EmptyState, ErrorState, Page, SkeletonRows } from "@/ui";

interface Props<Row> {
  title: string;
  description: string;
  query: UseQueryResult<Row[]>;
  /** What the button for another entry says; without it there is none. */
  create?: string;
  onCreate?: () => void;
  empty: { icon: ReactNode; title: string; hint: string };
  /** Above the list. */
  bar?: ReactNode;
  children: (rows: Row[]) => ReactNode;
}

export function ListPage<Row>({ title, description, query, create, onCreate, empty, bar, children }: Props<Row>) {
  const actions = create && (
    <Button variant="primary" icon={<Plus />} onClick={onCreate}>
      {create}
    </Button>
  );
  return (
    <Page title={title} description={description} actions={actions}>
      <Card>
        {query.isPending ? (
          <SkeletonRows />
        ) : !query.data ? (
          <ErrorState error={query.error} retry={query.refetch} />
        ) : query.data.length === 0 ? (
          <EmptyState icon={empty.icon} title={empty.title}>
            {empty.hint}
          </EmptyState>
        ) : (
          <>
            {bar}
            {children(query.data)}
          </>
        )}
      </Card>
    </Page>
  );
}
