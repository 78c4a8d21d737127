import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, type components, idempotencyKey, ok, queryClient, tagged } from "@/api";

export { attributesQuery, brandsQuery } from "@/api";

type Schemas = components["schemas"];
export type ListedContact = Schemas["ListedContact"];
export type Contact = Schemas["Contact"];
export type Overview = Schemas["ContactOverview"];
export type Suggestion = Schemas["ContactSuggestion"];
export type TimelineEntry = Schemas["TimelineEntry"];
export type Company = Schemas["Company"];
export type Attribute = Schemas["Attribute"];

const PAGE = 50;

export interface ContactFilter {
  search?: string;
  brand?: string;
  company_id?: string;
  blocked?: boolean;
}

export const contactsQuery = (filter: ContactFilter) =>
  infiniteQueryOptions({
    queryKey: ["contacts", "list", filter],
    queryFn: ({ signal, pageParam: cursor }) =>
      ok(api.GET("/api/v1/contacts", { signal, params: { query: { ...filter, limit: PAGE, cursor } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });

/** Whoever was merged into another is answered with the other: its `contact.id` is another one then. */
export const overviewQuery = (id: string) =>
  queryOptions({
    queryKey: ["contacts", "overview", id],
    queryFn: ({ signal }) => ok(api.GET("/api/v1/contacts/{id}/overview", { signal, params: { path: { id } } })),
  });

export const contactQuery = (id: string) =>
  queryOptions({
    queryKey: ["contacts", "one", id],
    queryFn: ({ signal }) => tagged(api.GET("/api/v1/contacts/{id}", { signal, params: { path: { id } } })),
  });

export const timelineQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["contacts", "timeline", id],
    queryFn: ({ signal, pageParam: cursor }) => {
      const params = { path: { id }, query: { limit: PAGE, cursor } };
      return ok(api.GET("/api/v1/contacts/{id}/timeline", { signal, params }));
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export const journeyQuery = (id: string) =>
  queryOptions({
    queryKey: ["contacts", "journey", id],
    queryFn: ({ signal }) => ok(api.GET("/api/v1/contacts/{id}/journey", { signal, params: { path: { id } } })),
  });

export const companiesQuery = (search: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ["companies", "list", { search }],
    queryFn: ({ signal, pageParam: cursor }) =>
      ok(api.GET("/api/v1/companies", { signal, params: { query: { search, limit: PAGE, cursor } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });

export const companyQuery = (id: string) =>
  queryOptions({
    queryKey: ["companies", "one", id],
    queryFn: ({ signal }) => tagged(api.GET("/api/v1/companies/{id}", { signal, params: { path: { id } } })),
  });

const once = () => ({ header: { "Idempotency-Key": idempotencyKey() } });
const path = (id: string) => ({ path: { id } });
const seen = (id: string, tag: string) => ({ path: { id }, header: { "If-Match": tag } });

export const change = {
  createContact: (body: Schemas["CreateContact"]) => ok(api.POST("/api/v1/contacts", { body, params: once() })),
  updateContact: (id: string, tag: string, body: Schemas["UpdateContact"]) =>
    ok(api.PATCH("/api/v1/contacts/{id}", { body, params: seen(id, tag) })),
  block: (id: string) => ok(api.PUT("/api/v1/contacts/{id}/block", { params: path(id) })),
  unblock: (id: string) => ok(api.DELETE("/api/v1/contacts/{id}/block", { params: path(id) })),
  merge: (id: string, into: string) =>
    ok(api.POST("/api/v1/contacts/{id}/merge", { body: { into }, params: path(id) })),
  unmerge: (id: string) => ok(api.DELETE("/api/v1/contacts/{id}/merge", { params: path(id) })),
  dismiss: (id: string, other: string) =>
    ok(api.POST("/api/v1/contacts/{id}/suggestions/{other}/dismiss", { params: { path: { id, other } } })),
  refreshFacts: (id: string) => ok(api.POST("/api/v1/contacts/{id}/facts/refresh", { params: path(id) })),
  createCompany: (body: Schemas["CreateCompany"]) => ok(api.POST("/api/v1/companies", { body, params: once() })),
  updateCompany: (id: string, tag: string, body: Schemas["UpdateCompany"]) =>
    ok(api.PATCH("/api/v1/companies/{id}", { body, params: seen(id, tag) })),
  deleteCompany: (id: string) => ok(api.DELETE("/api/v1/companies/{id}", { params: path(id) })),
};

/** Contacts and companies name each other. */
export async function refreshContacts(): Promise<void> {
  await Promise.all(["contacts", "companies"].map((key) => queryClient.invalidateQueries({ queryKey: [key] })));
}
