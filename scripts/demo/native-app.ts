/** The demo as an OAuth client of its own: code with PKCE, refresh. RFC 8252, RFC 7636. */
import { createHash, randomBytes } from 'node:crypto'
import { exchange, type HttpBrowser } from '@latchkey/testkit'
import { DEMO_CLIENT, type DemoAddresses } from '../cluster/demo-cluster.ts'
import { expect } from './story.ts'

export interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
}

/** Tokens for one service, from the session that this browser has: nobody is asked for a password. */
export async function silentTokens(
  browser: HttpBrowser,
  addresses: DemoAddresses,
  resource: string,
): Promise<Tokens> {
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    client_id: DEMO_CLIENT.id,
    redirect_uri: DEMO_CLIENT.redirectUri,
    response_type: 'code',
    scope: 'openid',
    resource,
    prompt: 'none',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const page = await browser.fetch(`${addresses.issuer}/authorize?${query}`)
  const answer = new URL(page.headers.location ?? '', addresses.issuer).searchParams
  expect(answer.has('code'), `the issuer gave no code: ${answer.get('error') ?? page.status}`)
  return await tokenRequest(addresses, {
    grant_type: 'authorization_code',
    code: answer.get('code') ?? '',
    redirect_uri: DEMO_CLIENT.redirectUri,
    code_verifier: verifier,
  })
}

export async function refreshed(addresses: DemoAddresses, refreshToken: string): Promise<Tokens> {
  return await tokenRequest(addresses, {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
  })
}

async function tokenRequest(
  addresses: DemoAddresses,
  fields: Record<string, string>,
): Promise<Tokens> {
  const answer = await exchange({
    port: addresses.ports.issuer,
    host: new URL(addresses.issuer).host,
    path: '/token',
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ client_id: DEMO_CLIENT.id, ...fields }).toString(),
  })
  expect(answer.status === 200, `the token endpoint answered ${answer.status}: ${answer.text}`)
  return answer.json() as Tokens
}
