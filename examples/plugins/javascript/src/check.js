// The connection test of the settings form.

/** Asks the provider, through the host's `http`, whose API key it is. */
export function check(http) {
  const response = http({
    method: "GET",
    url: "https://api.example.com/account",
    headers: [],
    body: undefined,
    secret: "api_key",
    timeoutMs: undefined,
  });
  if (response.status !== 200) {
    const message = `The provider answered ${response.status}: create a new API key.`;
    return { ok: false, checks: [{ name: "credentials", ok: false, message }] };
  }
  const account = JSON.parse(new TextDecoder().decode(response.body));
  const message = `The API key belongs to ${account.name}.`;
  return {
    ok: true,
    account: { id: account.id, name: account.name },
    checks: [{ name: "credentials", ok: true, message }],
  };
}
