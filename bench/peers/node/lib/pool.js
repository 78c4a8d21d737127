// Connections of the process that stores jobs and counts them.

import pg from 'pg';

// The database may be named as libpq does for a socket: `?host=` with the directory, whatever the host in front says.
export function address(databaseUrl) {
  const url = new URL(databaseUrl);
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname);
  const port = url.searchParams.get('port') ?? url.port;
  return {
    host,
    port: Number(port || 5432),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password) || undefined,
    database: decodeURIComponent(url.pathname.slice(1)),
  };
}

// All connected, so that no job waits for that.
export async function pool(databaseUrl, connections) {
  const pool = new pg.Pool({ ...address(databaseUrl), max: connections, min: connections, idleTimeoutMillis: 0 });
  pool.on('error', (error) => console.error(error));
  pool.on('connect', (client) => client.on('error', (error) => console.error(error)));
  const clients = await Promise.all(Array.from({ length: connections }, () => pool.connect()));
  for (const client of clients) client.release();
  return pool;
}
