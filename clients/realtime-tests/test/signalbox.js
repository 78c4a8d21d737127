// What the tests know of the running product: where it is, who signs in, and how to do things over REST.

const { SIGNALBOX_URL, SIGNALBOX_TENANT, SIGNALBOX_EMAIL, SIGNALBOX_PASSWORD } = process.env;

/** Signs in. Answers how to ask the API, and how to connect. */
export async function signIn() {
  const login = await fetch(`${SIGNALBOX_URL}/api/v1/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      tenant: SIGNALBOX_TENANT,
      email: SIGNALBOX_EMAIL,
      password: SIGNALBOX_PASSWORD,
      refresh_token_delivery: "body",
    }),
  });
  const { access_token: token, user_id: user } = await login.json();
  const ask = async (method, path, body) => {
    const answer = await fetch(`${SIGNALBOX_URL}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const connecting = await ask("GET", "/api/v1/realtime");
  return { token, user, ask, connecting };
}

/** The settings of pusher-js, and of everything that stands on it. */
export function settings({ token, connecting }) {
  const url = new URL(SIGNALBOX_URL);
  const headers = { authorization: `Bearer ${token}` };
  return {
    cluster: "",
    wsHost: url.hostname,
    wsPort: Number(url.port),
    wssPort: Number(url.port),
    wsPath: connecting.path_prefix,
    forceTLS: url.protocol === "https:",
    enabledTransports: ["ws", "wss"],
    enableStats: false,
    channelAuthorization: { endpoint: SIGNALBOX_URL + connecting.auth_endpoint, headers },
    userAuthentication: { endpoint: SIGNALBOX_URL + connecting.user_auth_endpoint, headers },
  };
}

/** The settings of the server library. */
export async function server({ ask }) {
  const url = new URL(SIGNALBOX_URL);
  const { app_id: appId, key, secret } = await ask("GET", "/api/v1/realtime/app");
  return { appId, key, secret, host: url.hostname, port: url.port, useTLS: url.protocol === "https:" };
}

/** Makes a channel of the tenant's people. Answers its id. */
export async function room({ ask }) {
  const slug = `room-${Math.random().toString(36).slice(2)}`;
  const { id } = await ask("POST", "/api/v1/conversations", { type: "team_channel", title: slug, slug });
  return id;
}

export const say = ({ ask }, id, text) => ask("POST", `/api/v1/conversations/${id}/notes`, { text });

/** The next time that an event is told. */
export function once(source, event) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${event}`)), 15_000);
    source.bind(event, (data, metadata) => {
      clearTimeout(timer);
      resolve({ data, metadata });
    });
  });
}

/** Resolves once a channel is heard. */
export async function heard(channel) {
  const failed = once(channel, "pusher:subscription_error").then(({ data }) => {
    throw new Error(JSON.stringify(data));
  });
  failed.catch(() => {});
  const { data } = await Promise.race([once(channel, "pusher:subscription_succeeded"), failed]);
  return data;
}
