/** private_key_jwt: RFC 7523 sections 2.2 and 3, rfc7523bis, OpenID Connect Core section 9. */
import type { Client } from '@latchkey/directory'
import { type Clock, LIMITS, nowSeconds, TYP } from '@latchkey/protocol'
import type { OneTimeStore } from '@latchkey/store'
import { clientJwtHeader, decodeJwt, verifyClientJwt } from '@latchkey/tokens'
import type { ClientKeys } from '../outgoing/client-keys.ts'
import { invalidClient } from './invalid-client.ts'

export interface AssertionDeps {
  readonly issuer: string
  readonly clientKeys: ClientKeys
  readonly oneTime: Pick<OneTimeStore, 'claim'>
  readonly clock: Clock
}

/** An assertion is made for one request; so long is its `jti` remembered, and so long a stolen unused one is good. */
const MAX_LIFETIME_SECONDS = 300

/** Who is said to have made it: for finding the keys, and nothing more. */
export function clientOfAssertion(assertion: string): string {
  const decoded = decodeJwt(assertion)
  const sub = decoded.kind === 'decoded' ? decoded.claims['sub'] : undefined
  if (typeof sub !== 'string' || sub.length > LIMITS.clientIdChars) {
    throw invalidClient('assertion_malformed')
  }
  return sub
}

export async function checkAssertion(
  client: Client,
  assertion: string,
  deps: AssertionDeps,
): Promise<void> {
  const claims = await verifiedClaims(client, assertion, deps)
  const now = nowSeconds(deps.clock)
  // After the signature: or anybody could use up the next jti of a client. Under the client's name: theirs are no one else's.
  const key = `${client.id} ${claims.jti}`
  if (!(await deps.oneTime.claim('client-assertion', key, claims.exp - now, now))) {
    throw invalidClient('assertion_replayed')
  }
}

async function verifiedClaims(
  client: Client,
  assertion: string,
  deps: AssertionDeps,
): Promise<{ readonly jti: string; readonly exp: number }> {
  const header = clientJwtHeader(assertion)
  if (header.kind === 'invalid') throw invalidClient(`assertion_${header.fault}`)
  const { kid, alg } = header
  // Without a registered algorithm each key decides: none of them fits two.
  if (alg !== (client.assertionAlg ?? alg)) throw invalidClient('assertion_wrong_alg')
  const found = await deps.clientKeys.find(client, { kid, alg })
  if (found.kind !== 'found') throw invalidClient(`assertion_keys_${found.kind}`)
  const outcome = verifyClientJwt(assertion, {
    keys: found.keys,
    alg,
    typs: [undefined, 'JWT', TYP.clientAssertion],
    issuer: client.id,
    subject: client.id,
    // The issuer and nothing else, as one text: an address that another server could have named too proves no intention.
    audience: deps.issuer,
    required: ['exp', 'jti'],
    nowSeconds: nowSeconds(deps.clock),
    maxLifetimeSeconds: MAX_LIFETIME_SECONDS,
  })
  if (outcome.kind === 'invalid') throw invalidClient(`assertion_${outcome.fault}`)
  return outcome.claims as { jti: string; exp: number }
}
