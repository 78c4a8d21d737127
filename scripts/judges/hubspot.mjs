// HubSpot's library against the simulated HubSpot.

import assert from 'node:assert/strict'
import hubspot from '@hubspot/api-client'
import { base, control, failure, receiver } from './sandbox.mjs'
import { verifiers } from './verifiers.mjs'

const account = 62515
const id = 'the-client-id'
const secret = 'the-client-secret'
const redirect = 'https://app.example.com/callback'

const webhooks = []
const { port, close } = await receiver((webhook) => webhooks.push(webhook))
await control('PUT', '/hubspot/accounts', {
  hub_id: account,
  client_id: id,
  client_secret: secret,
  redirect_urls: [redirect],
  webhook_url: `http://127.0.0.1:${port}/hook?to=a%3Ab%20c`,
  subscriptions: ['contact.propertyChange', 'object.creation'],
})

// The authorization code, its tokens, and the next ones.
const { tokensApi, accessTokensApi } = new hubspot.Client({ basePath: base }).oauth
const scope = 'oauth crm.objects.contacts.read'
const agreed = await fetch(`${base}/oauth/authorize?${new URLSearchParams({ client_id: id, redirect_uri: redirect, scope, state: 's' })}`, {
  redirect: 'manual',
})
const code = new URL(agreed.headers.get('location')).searchParams.get('code')
const first = await tokensApi.create('authorization_code', code, redirect, id, secret)
assert.equal(first.expiresIn, 1800)
assert.equal((await accessTokensApi.get(first.accessToken)).hubId, account)
const second = await tokensApi.create('refresh_token', undefined, undefined, id, secret, first.refreshToken)
assert.notEqual(second.refreshToken, first.refreshToken)
const reused = await failure(tokensApi.create('refresh_token', undefined, undefined, id, secret, first.refreshToken))
assert.equal(reused.code, 400)

// Contacts.
const client = new hubspot.Client({ basePath: base, accessToken: second.accessToken, numberOfApiCallRetries: 2 })
const { basicApi, searchApi, batchApi } = client.crm.contacts
const search = (propertyName, value) =>
  searchApi.doSearch({ filterGroups: [{ filters: [{ propertyName, operator: 'EQ', value }] }], properties: ['email'], limit: 5 })
const maren = (await search('email', 'maren@example.com')).results[0]
assert.equal(maren.id, '138017612137')
const created = await basicApi.create({ properties: { email: 'ada@example.com', firstname: 'Ada 😀' }, associations: [] })
assert.equal(created.properties.firstname, 'Ada 😀')
const taken = await failure(basicApi.create({ properties: { email: 'ada@example.com' }, associations: [] }))
assert.deepEqual([taken.code, taken.body.message], [409, `Contact already exists. Existing ID: ${created.id}`])
const updated = await basicApi.update(created.id, { properties: { firstname: 'Augusta' } })
assert.equal(updated.properties.firstname, 'Augusta')
assert.equal((await basicApi.getById(created.id, ['email', 'firstname'])).properties.email, 'ada@example.com')
const batch = await batchApi.read({ inputs: [{ id: created.id }], properties: ['email'], propertiesWithHistory: [] })
assert.equal(batch.results[0].id, created.id)

// Notes, tickets and associations.
const note = await client.crm.objects.notes.basicApi.create({
  properties: { hs_note_body: 'Judged', hs_timestamp: new Date().toISOString() },
  associations: [{ to: { id: created.id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 202 }] }],
})
const ticket = await client.crm.tickets.basicApi.create({
  properties: { subject: 'Judged', hs_pipeline: '0', hs_pipeline_stage: '1' },
  associations: [],
})
const associations = client.crm.associations.v4.basicApi
await associations.createDefault('contacts', created.id, 'tickets', ticket.id)
const linked = async (kind) => (await associations.getPage('contacts', created.id, kind)).results.length
assert.deepEqual([await linked('tickets'), await linked('notes')], [1, 1])
assert.ok(note.id)
for (const [kind, type, properties] of [
  ['calls', 194, { hs_call_status: 'COMPLETED', hs_call_direction: 'INBOUND' }],
  ['emails', 198, { hs_email_direction: 'EMAIL', hs_email_subject: 'Judged' }],
]) {
  const logged = await client.crm.objects[kind].basicApi.create({
    properties: { ...properties, hs_timestamp: new Date().toISOString() },
    associations: [{ to: { id: created.id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: type }] }],
  })
  assert.ok(logged.id && logged.createdAt instanceof Date)
}

// Pipelines and owners.
const [pipeline] = (await client.crm.pipelines.pipelinesApi.getAll('tickets')).results
assert.deepEqual([pipeline.id, pipeline.stages.at(-1).metadata.ticketState], ['0', 'CLOSED'])
const owners = await client.crm.owners.ownersApi.getPage()
assert.deepEqual(owners.results.map((owner) => owner.firstName), ['Anna', 'Ben', 'Ada'])

// The library knows our 429 and tries again; an expired token is an error of its own.
await control('POST', `/hubspot/accounts/${account}/throttle`, { policy: 'SECONDLY', requests: 1 })
const complain = console.error
console.error = () => {}
assert.equal((await search('email', 'jose@example.com')).total, 1)
console.error = complain
await control('POST', `/hubspot/accounts/${account}/expire`, {})
const expired = await failure(basicApi.getById(created.id))
assert.deepEqual([expired.code, expired.body.category], [401, 'EXPIRED_AUTHENTICATION'])

// Webhooks of what happened above, verified by the library.
await control('POST', `/hubspot/accounts/${account}/changes`, {
  object_type: 'contacts',
  id: Number(maren.id),
  properties: { city: 'Köln' },
})
const kinds = webhooks.flatMap(({ body }) => JSON.parse(body).map((event) => event.subscriptionType))
for (const kind of ['object.creation', 'contact.propertyChange']) assert.ok(kinds.includes(kind), kinds.join())
for (const { url, headers, body } of webhooks) {
  const webhook = {
    secret,
    body,
    url: `http://127.0.0.1:${port}${url}`,
    signature: headers['x-hubspot-signature-v3'],
    timestamp: Number(headers['x-hubspot-request-timestamp']),
  }
  assert.equal(await verifiers.hubspot(webhook), true)
  assert.equal(await verifiers.hubspot({ ...webhook, body: `${body} ` }), false)
}

close()
console.log('hubspot: the library works with the simulator')
