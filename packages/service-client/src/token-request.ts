/** Asks the issuer for an access token: RFC 6749 section 4.4 (client credentials), RFC 8693 (token exchange), RFC 9449 section 5. */
import type { Clock } from '@latchkey/protocol'
import type { ClientCredentials } from './client-credentials.ts'
import { type InTimeDeps, inTime, pause } from './in-time.ts'
import type { Prover } from './prover.ts'
import { shortRetryAfter } from './retry-after.ts'
import {
  ACCESS_TOKEN,
  type AccessToken,
  readJson,
  readToken,
  type TokenAnswer,
} from './token-response.ts'

export interface TokenRequestDeps extends InTimeDeps {
  fetch: typeof globalThis.fetch
  clock: Pick<Clock, 'monotonicMs'>
  tokenEndpoint: URL
  /** The address by which the issuer knows its token endpoint: proofs of possession name it. */
  publicTokenEndpoint: URL
  credentials: () => ClientCredentials
  /** Undefined: tokens are bearer tokens. */
  prover: Prover | undefined
}

/** RFC 8707 section 2: `resource` names the one service that the token is for. */
export function machineGrant(audience: string): URLSearchParams {
  return new URLSearchParams({ grant_type: 'client_credentials', resource: audience })
}

/** RFC 8693 section 2.1. */
export function exchangeGrant(audience: string, subjectToken: string): URLSearchParams {
  return new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    resource: audience,
    subject_token: subjectToken,
    subject_token_type: ACCESS_TOKEN,
  })
}

/** Throws `ServiceClientError`. An issuer that is away for a moment is asked twice. */
export async function requestToken(
  deps: TokenRequestDeps,
  grant: URLSearchParams,
): Promise<AccessToken> {
  const issuedAtMs = deps.clock.monotonicMs()
  const first = await ask(deps, grant)
  const waitSeconds = shortRetryAfter(first.answer)
  if (waitSeconds === undefined) return readToken(first, issuedAtMs, schemeOf(deps))
  await pause(deps.scheduler, waitSeconds * 1000)
  const askedAgainAtMs = deps.clock.monotonicMs()
  return readToken(await ask(deps, grant), askedAgainAtMs, schemeOf(deps))
}

function schemeOf({ prover }: TokenRequestDeps): 'Bearer' | 'DPoP' {
  return prover ? 'DPoP' : 'Bearer'
}

/** Section 8: an issuer that wants a nonce in the proof says so, and is asked once more. */
async function ask(deps: TokenRequestDeps, grant: URLSearchParams): Promise<TokenAnswer> {
  const first = await post(deps, grant)
  const request = { method: 'POST', uri: deps.publicTokenEndpoint }
  const hasNonce = deps.prover?.learn(first.answer, request) ?? false
  return hasNonce && first.body?.['error'] === 'use_dpop_nonce' ? post(deps, grant) : first
}

function post(deps: TokenRequestDeps, grant: URLSearchParams): Promise<TokenAnswer> {
  const { tokenEndpoint, publicTokenEndpoint: uri, prover } = deps
  const { headers, parameters } = deps.credentials()
  return inTime(deps, tokenEndpoint.origin, undefined, async (signal) => {
    const answer = await deps.fetch(tokenEndpoint, {
      method: 'POST',
      headers: {
        ...headers,
        accept: 'application/json',
        ...(prover && { dpop: prover.proof({ method: 'POST', uri }) }),
      },
      body: new URLSearchParams([...grant, ...Object.entries(parameters)]),
      // The credentials are for this address only.
      redirect: 'manual',
      signal,
    })
    return { answer, body: await readJson(answer) }
  })
}
