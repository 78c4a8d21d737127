/**
 * The formats that the server checks and the browser's validator does not, or otherwise. Where the two could differ the
 * browser lets more through: what it refuses, the server would refuse.
 */

import { format } from "@cfworker/json-schema";

const DATE_TIME = /^\d{4}-\d{2}-\d{2}t\d{2}:\d{2}:\d{2}(\.\d+)?(z|[+-]\d{2}:\d{2})$/i;
const OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);
const OUTSIDE_IRI = /[\s<>"{}|\\^`]/;
const SCHEME = /^[a-z][a-z0-9+.-]*:/i;

const own: Record<string, (text: string) => boolean> = {
  iri: (text) => SCHEME.test(text) && !OUTSIDE_IRI.test(text),
  "iri-reference": (text) => !OUTSIDE_IRI.test(text),
};

/** Adds them to the validator's, once. */
export function installFormats(): void {
  const dateTime = format["date-time"];
  if (!dateTime || format.iri) return;
  Object.assign(format, own, {
    "date-time": (text: string) => DATE_TIME.test(text) && dateTime(text),
    // An octet with a zero before it is octal to some.
    ipv4: (text: string) => IPV4.test(text),
    // Says how a field is shown, and nothing about its value.
    password: () => true,
  });
}
