/** Proof key for code exchange: RFC 7636, S256 only; downgrade protection of RFC 9700 section 4.8.2. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Client } from '@latchkey/directory'
import { OAuthError } from '@latchkey/protocol'
import type { Parameters } from '../http/parameters.ts'

const S256_CHALLENGE = /^[A-Za-z0-9_-]{43}$/
const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/

/** At the authorization endpoint: the challenge to store, or undefined where the client may do without. */
export function checkCodeChallenge(
  parameters: Parameters,
  client: Pick<Client, 'requirePkce' | 'authMethod'>,
): string | undefined {
  const challenge = parameters.get('code_challenge')
  const method = parameters.get('code_challenge_method')
  if (challenge === undefined) {
    if (method !== undefined) throw refuse('code_challenge_missing', 'code_challenge is missing')
    // A public client has nothing else that binds the code to it (RFC 9700 section 2.1.1).
    if (client.requirePkce || client.authMethod === 'none') {
      throw refuse('pkce_required', 'this client must send code_challenge (RFC 7636)')
    }
    return undefined
  }
  // RFC 7636 section 4.3: an absent method means plain, which this issuer never accepts.
  if (method !== 'S256') throw refuse('pkce_method', 'code_challenge_method must be S256')
  if (!S256_CHALLENGE.test(challenge)) {
    throw refuse('code_challenge_syntax', 'code_challenge must be 43 characters of base64url')
  }
  return challenge
}

/** At the token endpoint: true when the verifier belongs to the stored challenge, or none was stored and none is sent. */
export function verifierMatches(
  challenge: string | undefined,
  verifier: string | undefined,
): boolean {
  // A verifier without a stored challenge is the trace of a stripped challenge: refuse it (RFC 9700 section 4.8.2).
  if (challenge === undefined || verifier === undefined) return challenge === verifier
  if (!VERIFIER.test(verifier)) return false
  const digest = createHash('sha256').update(verifier).digest()
  const expected = Buffer.from(challenge, 'base64url')
  return digest.length === expected.length && timingSafeEqual(digest, expected)
}

function refuse(reason: string, description: string): OAuthError {
  return new OAuthError('invalid_request', reason, { description })
}
