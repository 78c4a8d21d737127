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

/** German words, once somebody reads German; until they are there, the server's English ones. */
let german: Pick<typeof import("./problems.de"), "titles" | "values"> = { titles: {}, values: {} };
let asked = false;

/** Whether German is read; its words are on their way then. */
function isGerman(): boolean {
  const is = language() === "de";
  if (is && !asked) {
    asked = true;
    const loaded = (module: typeof german) => {
      german = module;
    };
    const failed = () => {
      asked = false;
    };
    void import("./problems.de").then(loaded, failed);
  }
  return is;
}

isGerman();

export function words(error: unknown): Words {
  if (error instanceof ProblemError) {
    const { code, title, detail, errors, request_id } = error.problem;
    const fields = errors?.map(valueWords).join(" ");
    return {
      title: (isGerman() && german.titles[code]) || title,
      detail: detail ?? fields ?? "",
      requestId: request_id,
    };
  }
  if (isOffline(error)) {
    return isGerman()
      ? { title: "Keine Verbindung", detail: "Der Server ist nicht erreichbar. Prüfen Sie Ihre Verbindung." }
      : { title: "No connection", detail: "The server cannot be reached. Check your connection." };
  }
  const detail = error instanceof Error ? error.message : String(error);
  return { title: isGerman() ? "Etwas ist schiefgegangen" : "Something went wrong", detail };
}

/** The message for one field, by its JSON pointer, such as `/email`. */
export function fieldError(error: unknown, pointer: string): string | undefined {
  return firstError(error, (at) => at === pointer);
}

/** The message for a field whose entries nobody sees by their places: that for itself or for anything in it. */
export function listError(error: unknown, pointer: string): string | undefined {
  return firstError(error, (at) => at === pointer || at.startsWith(`${pointer}/`));
}

function firstError(error: unknown, isMeant: (pointer: string) => boolean): string | undefined {
  if (!(error instanceof ProblemError)) return undefined;
  const wrong = error.problem.errors?.find((field) => isMeant(field.pointer));
  return wrong && valueWords(wrong);
}

/** What is wrong with one value. */
function valueWords({ code, message }: components["schemas"]["FieldProblem"]): string {
  const translate = isGerman() ? german.values[code] : undefined;
  const numbers = message.match(/\d+/g) ?? [];
  // A sentence with fewer numbers than its translation asks for is another than was translated.
  return translate && translate.length <= numbers.length ? translate(...numbers) : message;
}
