/** Times until which people put things aside. */

export type SnoozeChoice = "hour" | "tonight" | "tomorrow" | "monday";

/** When each of them is. What has passed today is not on offer. */
export function snoozeTimes(now: Date): { choice: SnoozeChoice; until: Date }[] {
  const at = (days: number, hour: number) => {
    const time = new Date(now);
    time.setDate(time.getDate() + days);
    time.setHours(hour, 0, 0, 0);
    return time;
  };
  const daysToMonday = (8 - now.getDay()) % 7 || 7;
  const all: { choice: SnoozeChoice; until: Date }[] = [
    { choice: "hour", until: new Date(now.getTime() + 60 * 60_000) },
    { choice: "tonight", until: at(0, 18) },
    { choice: "tomorrow", until: at(1, 9) },
    { choice: "monday", until: at(daysToMonday, 9) },
  ];
  return all.filter(
    ({ choice, until }) =>
      until > now && (choice !== "monday" || daysToMonday > 1) && (choice !== "tonight" || now.getHours() < 17),
  );
}
