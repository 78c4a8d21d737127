/** Dates, times and numbers as the language writes them. */

import { type Language, useLanguage } from "./language";

export interface Format {
  /** 26 Nov 2026 */
  date(at: string | Date): string;
  /** 14:05 */
  time(at: string | Date): string;
  /** 26 Nov 2026, 14:05 */
  dateTime(at: string | Date): string;
  /** Thursday, 26 November */
  day(at: string | Date): string;
  /** 5 minutes ago, in 2 hours, yesterday */
  relative(at: string | Date, now?: number): string;
  /** now, 5m, 2h, 3d: for narrow lists */
  age(at: string | Date, now?: number): string;
  number(value: number, options?: Intl.NumberFormatOptions): string;
  /** 3 h 20 min, 45 s */
  duration(milliseconds: number): string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const made = new Map<Language, Format>();

export function useFormat(): Format {
  return format(useLanguage());
}

export function format(language: Language): Format {
  let known = made.get(language);
  if (!known) {
    known = build(language === "en" ? "en-GB" : "de-DE");
    made.set(language, known);
  }
  return known;
}

function build(tag: string): Format {
  const date = new Intl.DateTimeFormat(tag, { dateStyle: "medium" });
  const time = new Intl.DateTimeFormat(tag, { timeStyle: "short" });
  const dateTime = new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeStyle: "short" });
  const day = new Intl.DateTimeFormat(tag, { weekday: "long", day: "numeric", month: "long" });
  const dayOfYear = new Intl.DateTimeFormat(tag, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
  const relative = new Intl.RelativeTimeFormat(tag, { numeric: "auto" });
  const unit = (value: number, unit: string, display: "narrow" | "short") =>
    new Intl.NumberFormat(tag, { style: "unit", unit, unitDisplay: display }).format(value);
  return {
    date: (at) => date.format(new Date(at)),
    time: (at) => time.format(new Date(at)),
    dateTime: (at) => dateTime.format(new Date(at)),
    day: (at) => {
      const then = new Date(at);
      return (then.getFullYear() === new Date().getFullYear() ? day : dayOfYear).format(then);
    },
    relative: (at, now = Date.now()) => {
      const [value, name] = largest(new Date(at).getTime() - now);
      return relative.format(value, name);
    },
    age: (at, now = Date.now()) => {
      const [value, name] = largest(now - new Date(at).getTime());
      return name === "second" ? relative.format(0, "second") : unit(Math.abs(value), name, "narrow");
    },
    number: (value, options) => new Intl.NumberFormat(tag, options).format(value),
    duration: (milliseconds) => {
      if (milliseconds < 1000) return unit(Math.round(milliseconds), "millisecond", "short");
      if (milliseconds < MINUTE) return unit(Math.round(milliseconds / 1000), "second", "short");
      const parts: [number, string][] = [
        [Math.floor(milliseconds / DAY), "day"],
        [Math.floor((milliseconds % DAY) / HOUR), "hour"],
        [Math.floor((milliseconds % HOUR) / MINUTE), "minute"],
      ];
      const first = parts.findIndex(([value]) => value > 0);
      return parts
        .slice(first, first + 2)
        .filter(([value]) => value > 0)
        .map(([value, name]) => unit(value, name, "short"))
        .join(" ");
    },
  };
}

function largest(difference: number): [number, "second" | "minute" | "hour" | "day" | "month" | "year"] {
  const size = Math.abs(difference);
  if (size < MINUTE) return [Math.round(difference / 1000), "second"];
  if (size < HOUR) return [Math.round(difference / MINUTE), "minute"];
  if (size < DAY) return [Math.round(difference / HOUR), "hour"];
  if (size < 60 * DAY) return [Math.round(difference / DAY), "day"];
  if (size < 365 * DAY) return [Math.round(difference / (30 * DAY)), "month"];
  return [Math.round(difference / (365 * DAY)), "year"];
}
