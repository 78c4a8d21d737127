/** What went wrong, in words for people. The server writes its problems in English; the codes that people meet often are translated. */

import { type components, type Problem, ProblemError } from "signalbox-client";
import { language } from "@/i18n/language";

export interface Words {
  title: string;
  detail: string;
  requestId?: string;
}

/** Whether the server refused with this code. */
export function isProblem(error: unknown, code: ProblemError["code"]): error is ProblemError {
  return error instanceof ProblemError && error.code === code;
}

/** What went wrong with one of several things, as an error of its own. */
export function partError(problem: components["schemas"]["PartProblem"]): ProblemError {
  return new ProblemError({ ...problem, type: "about:blank", request_id: "" } as unknown as Problem);
}

/** The request did not reach the server, or the answer did not reach us. */
export function isOffline(error: unknown): boolean {
  return error instanceof TypeError;
}

/** German titles, once somebody reads German; until they are there, the server's English ones. */
let titles: Partial<Record<ProblemError["code"], string>> = {};
let asked = false;

function loadTitles(): void {
  if (asked) return;
  asked = true;
  void import("./problems.de").then((module) => {
    titles = module.default;
  });
}

if (language() === "de") loadTitles();

export function words(error: unknown): Words {
  const german = language() === "de";
  if (german) loadTitles();
  if (error instanceof ProblemError) {
    const { code, title, detail, errors, request_id } = error.problem;
    const fields = errors?.map((field) => field.message).join(" ");
    return {
      title: (german && titles[code]) || title,
      detail: detail ?? fields ?? "",
      requestId: request_id,
    };
  }
  if (isOffline(error)) {
    return german
      ? { title: "Keine Verbindung", detail: "Der Server ist nicht erreichbar. Prüfen Sie Ihre Verbindung." }
      : { title: "No connection", detail: "The server cannot be reached. Check your connection." };
  }
  const detail = error instanceof Error ? error.message : String(error);
  return { title: german ? "Etwas ist schiefgegangen" : "Something went wrong", detail };
}

/** The message for one field, by its JSON pointer, such as `/email`. */
export function fieldError(error: unknown, pointer: string): string | undefined {
  if (!(error instanceof ProblemError)) return undefined;
  return error.problem.errors?.find((field) => field.pointer === pointer)?.message;
}
