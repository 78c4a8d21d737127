// The simulators: their address, their control API, and a webhook URL for them.

import { createServer } from 'node:http'

export const base = process.env.SIGNALBOX_SANDBOX

export async function control(method, path, body) {
  const response = await fetch(`${base}/_sandbox${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return text ? JSON.parse(text) : undefined
}

/// Answers 200 and hands every request to `receive`.
export function receiver(receive) {
  const server = createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    await receive({ url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() })
    response.end()
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ port: server.address().port, close: () => server.close() }))
  })
}

/// The error that a promise ends with.
export async function failure(promise) {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('it should have failed')
}
