/** The tokens that a token exchange is made from: RFC 8693 section 2.1. What cannot be used is invalid_request (section 2.2.2). */
import type { Client, Service } from '@latchkey/directory'
import {
  type AccessTokenClaims,
  isUserSubject,
  LIMITS,
  machineSubject,
  OAuthError,
} from '@latchkey/protocol'
import { bounded, type Parameters, required } from '../http/parameters.ts'
import { confirmation, type ProvenKeys } from '../minting/confirmation.ts'
import type { AccessTokenReader } from '../reading/access-token-reader.ts'

export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

/**
 * The person's token that this service was called with. It may be bound to a key that the service does not have: its
 * caller proved it to the service, and the service proves itself here.
 */
export async function subjectToken(
  client: Client,
  parameters: Parameters,
  readAccessToken: AccessTokenReader,
): Promise<AccessTokenClaims> {
  const token = required(parameters, 'subject_token', LIMITS.tokenBytes)
  checkType('subject_token', required(parameters, 'subject_token_type', 256))
  const read = await readAccessToken(token)
  if (read.kind === 'invalid') throw refuse(`subject_token_${read.reason}`)
  const { claims, service } = read
  // Only the service that a token was addressed to may act on it.
  if (!addressedTo(client, service)) throw refuse('subject_token_not_for_caller')
  if (!isUserSubject(claims.sub)) throw refuse('subject_token_of_machine')
  return claims
}

/**
 * Whether the caller names itself as the actor. The only actor that it can be is itself, because nobody else has agreed to
 * what it does: a living token of its own, made for any service. A token of another machine that reached this caller
 * would let it act under a name that targets may trust more.
 */
export async function namesActor(
  client: Client,
  parameters: Parameters,
  proven: ProvenKeys,
  readAccessToken: AccessTokenReader,
): Promise<boolean> {
  const token = bounded(parameters, 'actor_token', LIMITS.tokenBytes)
  const type = bounded(parameters, 'actor_token_type', 256)
  if (token === undefined) {
    if (type !== undefined)
      throw refuse('actor_token_missing', 'actor_token_type needs actor_token')
    return false
  }
  if (type === undefined)
    throw refuse('actor_token_type_missing', 'actor_token needs actor_token_type')
  checkType('actor_token', type)
  const read = await readAccessToken(token)
  if (read.kind === 'invalid') throw refuse(`actor_token_${read.reason}`)
  const { sub, cnf } = read.claims
  if (sub !== machineSubject(client.id)) {
    throw refuse('actor_token_of_other', 'the actor token must be one of the calling client')
  }
  if (!isProven(cnf, proven)) throw refuse('actor_token_unproven')
  return true
}

/** A bound token is worth something only together with its key: RFC 9449 section 7.1, RFC 8705 section 3. */
function isProven(cnf: AccessTokenClaims['cnf'], proven: ProvenKeys): boolean {
  const shown = confirmation(proven) ?? {}
  return Object.entries(cnf ?? {}).every(([name, value]) => shown[name] === value)
}

function checkType(name: string, type: string): void {
  if (type === ACCESS_TOKEN) return
  throw refuse(`${name}_type_unsupported`, `${name}_type must be access_token`)
}

function addressedTo(client: Client, service: Service): boolean {
  return service.clients.includes(client.id)
}

export function refuse(
  reason: string,
  description = 'the subject or actor token cannot be used',
): OAuthError {
  return new OAuthError('invalid_request', reason, { description })
}
