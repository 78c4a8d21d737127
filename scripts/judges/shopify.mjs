// Shopify's library against the simulated Shopify.

import assert from 'node:assert/strict'
import http from 'node:http'
import { base, control, failure, receiver } from './sandbox.mjs'

const shop = 'lamps.myshopify.com'
const secret = 'the-client-secret'
const order = 'gid://shopify/Order/9070000000001000002'

// The library speaks with `https://{shop}`; the simulator finds the shop by that name in `Host`.
const realFetch = globalThis.fetch
globalThis.fetch = (url, options = {}) => {
  const { host, pathname, search } = new URL(url)
  if (!host.endsWith('.myshopify.com')) return realFetch(url, options)
  return new Promise((resolve, reject) => {
    const headers = { ...Object.fromEntries(new Headers(options.headers)), host }
    const request = http.request(`${base}${pathname}${search}`, { method: options.method, headers }, async (answer) => {
      const chunks = []
      for await (const chunk of answer) chunks.push(chunk)
      const body = [204, 302].includes(answer.statusCode) ? null : Buffer.concat(chunks)
      resolve(new Response(body, { status: answer.statusCode, headers: answer.headers }))
    })
    request.on('error', reject)
    request.end(options.body)
  })
}

// After `fetch` was replaced: the adapter keeps the one that it finds.
const { shopify: library } = await import('./verifiers.mjs')
const { Session } = await import('@shopify/shopify-api')

const webhooks = []
const { port, close } = await receiver((webhook) => webhooks.push(webhook))
const api = library(secret, { hostName: `127.0.0.1:${port}`, hostScheme: 'http' })
await control('PUT', '/shopify/shops', {
  domain: shop,
  client_id: 'the-client-id',
  client_secret: secret,
  access_token: 'shpat_static',
  redirect_urls: ['https://app.example.com/callback'],
})
const session = new Session({ id: '1', shop, state: '', isOnline: false, accessToken: 'shpat_static' })
const client = new api.clients.Graphql({ session })

// Queries, mutations and errors.
const found = await client.request('query($q: String) { orders(first: 5, query: $q) { nodes { id name } } }', {
  variables: { q: 'email:jose@example.com' },
})
assert.deepEqual(found.data.orders.nodes, [{ id: order, name: '#1002' }])
const tagged = await client.request(
  'mutation($id: ID!) { tagsAdd(id: $id, tags: ["judged"]) { node { ... on Order { tags } } userErrors { message } } }',
  { variables: { id: order } },
)
assert.deepEqual(tagged.data.tagsAdd, { node: { tags: ['judged'] }, userErrors: [] })
const versions = await client.request('{ publicApiVersions { handle supported } locations(first: 5) { nodes { name } } }')
assert.ok(versions.data.publicApiVersions.some((it) => it.supported && it.handle === '2026-07'))
assert.deepEqual(versions.data.locations.nodes, [{ name: 'Warehouse' }])
const unknown = await failure(client.request('{ shop { nmae } }'))
assert.equal(unknown.constructor.name, 'GraphqlQueryError')
await control('POST', `/shopify/shops/${shop}/throttle`, { available: 0 })
const throttled = await failure(client.request('{ orders(first: 50) { nodes { customer { id } } } }'))
assert.equal(throttled.body.errors.graphQLErrors[0].extensions.code, 'THROTTLED')
await control('POST', `/shopify/shops/${shop}/throttle`, { available: 2000 })

// Webhooks: registered by the library, delivered by the simulator, verified by the library.
api.webhooks.addHandlers({
  ORDERS_CREATE: [{ deliveryMethod: 'http', callbackUrl: '/hook', callback: async () => {} }],
  REFUNDS_CREATE: [{ deliveryMethod: 'http', callbackUrl: '/hook', callback: async () => {} }],
})
for (const operation of ['create', undefined]) {
  const registered = await api.webhooks.register({ session })
  assert.deepEqual(registered.ORDERS_CREATE.map((it) => [it.operation, it.success]), operation ? [[operation, true]] : [])
}
const validate = ({ headers, body }) =>
  api.webhooks.validate({ rawBody: body, rawRequest: new Request('http://app.example.com/', { method: 'POST', headers }) })
const clean = (headers) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-shopify') || name.startsWith('shopify')))
const topics = ['orders/create', 'checkouts/update', 'carts/create', 'customers/update', 'customers/data_request', 'shop/redact']
for (const family of ['webhooks', 'events', 'both']) {
  for (const topic of topics) {
    webhooks.length = 0
    await control('POST', `/shopify/shops/${shop}/webhooks`, { topic, family, url: `http://127.0.0.1:${port}/hook` })
    const [{ headers, body }] = webhooks
    const verdict = await validate({ headers: clean(headers), body })
    assert.equal(verdict.valid, true, JSON.stringify(verdict))
    assert.equal(verdict.webhookType, family === 'webhooks' ? 'webhooks' : 'events')
    assert.equal(verdict.topic, topic.replace('/', '_').toUpperCase())
    assert.equal((await validate({ headers: clean(headers), body: `${body} ` })).valid, false)
  }
}

// Tokens: of the client credentials grant, exchanged, refreshed, ended.
const works = async (accessToken) => {
  const one = new api.clients.Graphql({ session: new Session({ id: '2', shop, state: '', isOnline: false, accessToken }) })
  return (await one.request('{ shop { name } }')).data.shop.name === 'Lamp Shop'
}
const own = (await api.auth.clientCredentials({ shop })).session
assert.ok(own.expires > new Date() && (await works(own.accessToken)))
const expiring = (await api.auth.migrateToExpiringToken({ shop, nonExpiringOfflineAccessToken: 'shpat_static' })).session
assert.ok(expiring.refreshToken && (await works(expiring.accessToken)))
const refreshed = (await api.auth.refreshToken({ shop, refreshToken: expiring.refreshToken })).session
assert.ok(refreshed.refreshToken !== expiring.refreshToken && (await works(refreshed.accessToken)))
const again = await failure(api.auth.refreshToken({ shop, refreshToken: expiring.refreshToken }))
assert.equal(again.response.code, 400)
await control('POST', `/shopify/shops/${shop}/expire`, {})
const ended = await failure(works(refreshed.accessToken))
assert.equal(ended.response.code, 401)

// The redirect of the authorization code grant is signed as the library wants it.
const query = new URLSearchParams({ client_id: 'the-client-id', redirect_uri: 'https://app.example.com/callback', state: 'a b' })
const redirect = await fetch(`https://${shop}/admin/oauth/authorize?${query}`)
const parameters = Object.fromEntries(new URL(redirect.headers.get('location')).searchParams)
assert.equal(await api.utils.validateHmac(parameters), true)
assert.equal(await api.utils.validateHmac({ ...parameters, code: 'other' }), false)

close()
console.log('shopify: the library works with the simulator')
