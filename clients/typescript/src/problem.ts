/** What the API says when it refuses (RFC 9457), as an error to be thrown and caught. */

import type { components } from "./schema.js";

/** The body of a refusal. Some problems have members of their own, such as `templates` of `window_closed`. */
export type Problem = components["schemas"]["Problem"] & Record<string, unknown>;

/** What programs decide by; `/docs/problems` explains every code. */
export type ProblemCode = components["schemas"]["Problem"]["code"];

/** A refused request. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(`${problem.detail ?? problem.title} (${problem.code}, request ${problem.request_id})`);
    this.name = "ProblemError";
    this.problem = problem;
  }

  /** What to decide by. */
  get code(): ProblemCode {
    return this.problem.code;
  }
}

/** What openapi-fetch gives. */
interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/**
 * The body of a success; anything else is thrown.
 *
 * @throws {ProblemError} what the API refused, and why.
 */
export async function ok<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer;
  if (response.ok) {
    return data as T;
  }
  if (isProblem(error)) {
    throw new ProblemError(error);
  }
  // Not from Signalbox, but from something in front of it.
  throw new Error(`${response.url} answered ${response.status} ${response.statusText}`);
}

function isProblem(error: unknown): error is Problem {
  return typeof error === "object" && error !== null && "code" in error && "request_id" in error;
}
