import { QueryClientProvider } from "@tanstack/react-query";
import { renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, it } from "vitest";
import { type Me, meQuery, type Permission, queryClient } from "@/api";
import { usePlaces } from "./places";

function placesFor(permissions: Permission[]): string[] {
  queryClient.setQueryData(meQuery.queryKey, { permissions, user: {}, tenant: {} } as unknown as Me);
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
  );
  return renderHook(() => usePlaces(), { wrapper }).result.current.map((place) => place.to);
}

afterEach(() => queryClient.clear());

it("shows an agent nothing that they may not open", () => {
  expect(placesFor(["work_conversations", "edit_contacts"])).toEqual(["/inbox", "/contacts"]);
});

it("shows a supervisor rules and replies as well", () => {
  expect(placesFor(["work_conversations", "read_rules", "manage_replies"])).toEqual([
    "/inbox",
    "/contacts",
    "/rules",
    "/people",
  ]);
});

it("shows an operator the queue", () => {
  expect(placesFor(["operate_queue"])).toEqual(["/inbox", "/operations"]);
});
