// The libraries' own verification of one webhook.

import '@shopify/shopify-api/adapters/web-api'
import { ApiVersion, LogSeverity, shopifyApi } from '@shopify/shopify-api'
import { Signature } from '@hubspot/api-client'

// The library for HubSpot takes the URL as it is signed: these escapes undone, and no others.
const DECODED = ':/?@!$\'()*,;'

export function signedUrl(url) {
  return url.replace(/%[0-9a-f]{2}/gi, (escape) => {
    const character = String.fromCharCode(parseInt(escape.slice(1), 16))
    return DECODED.includes(character) ? character : escape
  })
}

export function shopify(secret, more = {}) {
  return shopifyApi({
    apiKey: 'the-client-id',
    apiSecretKey: secret,
    apiVersion: ApiVersion.October26,
    hostName: 'app.example.com',
    isEmbeddedApp: false,
    logger: { level: LogSeverity.Error },
    ...more,
  })
}

function shopifyHeaders(signature) {
  return {
    'X-Shopify-Hmac-Sha256': signature,
    'X-Shopify-Topic': 'orders/create',
    'X-Shopify-Shop-Domain': 'lamps.myshopify.com',
    'X-Shopify-API-Version': '2026-10',
    'X-Shopify-Webhook-Id': '1',
  }
}

export const verifiers = {
  async shopify({ secret, body, signature }) {
    const rawRequest = new Request('https://app.example.com/', { method: 'POST', headers: shopifyHeaders(signature) })
    const { valid } = await shopify(secret).webhooks.validate({ rawBody: body, rawRequest })
    return valid
  },

  async hubspot({ secret, body, signature, url, timestamp }) {
    const options = { signatureVersion: 'v3', clientSecret: secret, requestBody: body, signature, timestamp }
    try {
      return Signature.isValid({ ...options, url: signedUrl(url) })
    } catch (refused) {
      return false
    }
  },
}
