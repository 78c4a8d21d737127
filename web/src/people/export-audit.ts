import { api, ok } from "@/api";
import type { AuditFilter } from "./queries";

/** The entries that the filter lets through, as a file. */
export async function exportAudit(query: AuditFilter): Promise<void> {
  const text = await ok(api.GET("/api/v1/audit-log.csv", { params: { query }, parseAs: "text" }));
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `audit-log-${new Date().toISOString().slice(0, 10)}.csv`;
  link.click();
  URL.revokeObjectURL(address);
}
