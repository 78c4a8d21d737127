/** Some channels let a business write freely only for so long after the customer's last message; later, templates. */

const HOUR = 3_600_000;
/** Near its end it is worth a warning. */
const SOON = 2 * HOUR;

export type ServiceWindow = { state: "open" | "soon"; left: number } | { state: "closed"; never?: true };

/** Nothing where there is no window. Closed for whoever never wrote: the server says so as well. */
export function serviceWindow(
  lastInboundAt: string | null | undefined,
  hours: number | null | undefined,
  now: number,
): ServiceWindow | undefined {
  if (!hours) return undefined;
  if (!lastInboundAt) return { state: "closed", never: true };
  const left = Date.parse(lastInboundAt) + hours * HOUR - now;
  if (left <= 0) return { state: "closed" };
  return { state: left < SOON ? "soon" : "open", left };
}
