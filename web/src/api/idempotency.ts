/** The header that makes a request safe to repeat: the server does what has the same key once. */
export function idempotencyKey(): string {
  return crypto.randomUUID();
}
