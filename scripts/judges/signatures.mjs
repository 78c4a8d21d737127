// Reads generated webhooks as JSON lines and fails where the library's verdict on one is not ours, or is wrong.

import { createInterface } from 'node:readline'
import { verifiers } from './verifiers.mjs'

const provider = process.argv[2]
const accepts = verifiers[provider]
const seen = new Map()

for await (const line of createInterface({ input: process.stdin })) {
  const webhook = JSON.parse(line)
  const body = Buffer.from(webhook.body, 'hex').toString()
  const theirs = await accepts({ ...webhook, body })
  if (theirs !== webhook.genuine || webhook.ours !== webhook.genuine) {
    console.error(`the library says ${theirs}, we say ${webhook.ours}, the truth is ${webhook.genuine}: ${line}`)
    process.exit(1)
  }
  seen.set(webhook.what, (seen.get(webhook.what) ?? 0) + 1)
}

const total = [...seen.values()].reduce((sum, count) => sum + count, 0)
if (seen.size < 7 || total < 2000) {
  console.error('too few webhooks:', Object.fromEntries(seen))
  process.exit(1)
}
console.log(`${provider}: the library agrees on ${total} signatures`)
