import { resolve } from 'node:path'
import { type AccessTokenClaims, InputError } from '@latchkey/protocol'
import {
  accessTokenVerifier,
  decodeJwt,
  importJwkSet,
  type KeyRecord,
  type TokenFault,
} from '@latchkey/tokens'
import { accept } from './accept-answer.ts'
import type { Context } from './command.ts'
import { ask, type MachineTarget, place, postForm, record } from './issuer-api.ts'
import { readJsonFile } from './read-json-file.ts'

export type TokenVerdict =
  | {
      readonly kind: 'good'
      readonly kid: string
      readonly claims: AccessTokenClaims
      /** The issuer says that it has not ended. Undefined: it was not asked. */
      readonly active?: true
    }
  | {
      readonly kind: 'refused'
      readonly reason: TokenFault | 'inactive' | 'key_unknown'
      readonly kid?: string
    }

interface Asked {
  readonly issuer: string
  readonly target: MachineTarget | undefined
  /** Audience that the token must have; absent: its own. */
  readonly service?: string | undefined
  /** File with a JWK set. */
  readonly keys?: string | undefined
}

/**
 * Verifies with the keys at hand: those of --keys, else the public ones of the issuer. The issuer is asked too when there
 * are credentials: only it knows the keys of HS256 services and whether the token has ended (RFC 7662).
 */
export async function verifyToken(
  token: string,
  asked: Asked,
  context: Context,
): Promise<TokenVerdict> {
  const decoded = decodeJwt(token)
  if (decoded.kind === 'invalid') return { kind: 'refused', reason: decoded.fault }
  const kid = String(decoded.header['kid'] ?? '')
  const audience = asked.service ?? String(decoded.claims['aud'] ?? '')
  const keys = await loadKeys({ issuer: asked.issuer, audience }, asked, context)
  if (keys.has(kid)) {
    const options = { issuer: asked.issuer, audience, keys }
    const outcome = accessTokenVerifier(options).verify(
      token,
      Math.floor(context.terminal.now() / 1000),
    )
    if (outcome.kind === 'invalid') return { kind: 'refused', reason: outcome.fault, kid }
    if (asked.target === undefined) return { kind: 'good', kid, claims: outcome.claims }
  }
  if (asked.target === undefined) return { kind: 'refused', reason: 'key_unknown', kid }
  const answer = await postForm('/introspect', { token }, asked.target, context)
  const { active, token_type: _, ...claims } = record(accept(answer, asked.target).body)
  if (active !== true) return { kind: 'refused', reason: 'inactive', kid }
  if (claims['aud'] !== audience) return { kind: 'refused', reason: 'wrong_audience', kid }
  return { kind: 'good', kid, claims: claims as unknown as AccessTokenClaims, active }
}

async function loadKeys(
  binding: { issuer: string; audience: string },
  { issuer, target, keys: file }: Asked,
  context: Context,
): Promise<ReadonlyMap<string, KeyRecord>> {
  if (file !== undefined)
    return importJwkSet(readKeysFile(resolve(context.terminal.cwd, file)), binding)
  const where = target ?? { issuer, issuerAddress: issuer }
  const answer = await ask({ ...place(where), method: 'GET', path: '/jwks' }, context)
  return answer.status === 200 ? importJwkSet(answer.body, binding) : new Map()
}

/** A JSON file of keys. Throws InputError, without what stands in it. */
export function readKeysFile(file: string): unknown {
  const read = readJsonFile(file)
  if (read.kind === 'json') return read.value
  throw new InputError('keys-file', { where: file, received: read.why, expected: 'a JWK set' })
}
