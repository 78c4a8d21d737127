// Errors as the contract has them. What is thrown with a `payload` becomes the `error` of the function's result;
// anything else that is thrown is a crash.

export class PluginError extends Error {
  constructor(kind, message, { retryAfterMs, remoteStatus } = {}) {
    super(message);
    this.payload = { kind, code: undefined, message, retryAfterMs, remoteStatus };
  }
}

const KINDS = { 401: "auth-required", 403: "permission-denied", 404: "not-found", 429: "rate-limited" };

/** The error of an answer that is no success. */
export function ofResponse(response) {
  const kind = KINDS[response.status] ?? (response.status >= 500 ? "transient" : "permanent");
  return new PluginError(kind, `the provider answered ${response.status}`, { remoteStatus: response.status });
}
