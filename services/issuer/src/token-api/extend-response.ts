import type { Client } from '@latchkey/directory'
import { LIMITS } from '@latchkey/protocol'
import type { FastifyRequest } from 'fastify'
import type { PersonResponse } from '../grants/grant.ts'
import { pathOf } from '../http/parameters.ts'
import { deepFreeze } from '../settings/deep-freeze.ts'
import { type AddedFields, addedFields } from './added-fields.ts'
import type { TokenResponseFacts, TokenResponseHook } from './token-response-hook.ts'

export interface ExtendResponseDeps {
  /** Absent: nothing is added. */
  readonly tokenResponse?: TokenResponseHook | undefined
  /** Default: 1000. */
  readonly hookMs?: number
}

/** What is added to this answer. */
export type ExtendResponse = (
  response: PersonResponse,
  client: Client,
  request: FastifyRequest,
) => Promise<AddedFields>

/** People wait for it, at every sign-in. */
const HOOK_MS = 1000

/**
 * Asks the hook, each time. When it throws, is late or gives what may not be added, the answer goes out without: the tokens are good,
 * the session exists, and whoever tried again would only have one more. The fault is in the log.
 */
export function extendResponse({
  tokenResponse: hook,
  hookMs = HOOK_MS,
}: ExtendResponseDeps): ExtendResponse {
  return async (response, client, request) => {
    if (hook === undefined) return {}
    try {
      const facts = factsOf(response, client, request)
      const outcome = addedFields(await withinTime(hook, facts, hookMs))
      if (outcome.kind === 'fields') return outcome.fields
      request.log.error({ client: client.id, why: outcome.why }, 'token response hook refused')
    } catch (err) {
      request.log.error({ client: client.id, err }, 'token response hook failed')
    }
    return {}
  }
}

type Told = Omit<TokenResponseFacts, 'signal'>

function factsOf({ user, tokens }: PersonResponse, client: Client, request: FastifyRequest): Told {
  const { sub, username, name, email, emailVerified, locale, roles, profile } = user
  const { refresh_token: _, ...told } = tokens
  const facts: Told = {
    user: {
      ...{ sub, username, name, emailVerified, roles, profile },
      ...(email !== undefined && { email }),
      ...(locale !== undefined && { locale }),
    },
    client: { id: client.id, name: client.name },
    tokens: told,
    request: { path: pathOf(request.url), address: request.ip, headers: headersOf(request) },
  }
  return deepFreeze(structuredClone(facts))
}

function headersOf({ headers }: FastifyRequest): Record<string, string> {
  const { origin, 'user-agent': userAgent, 'accept-language': acceptLanguage } = headers
  const named = { origin, 'user-agent': userAgent, 'accept-language': acceptLanguage }
  return Object.fromEntries(
    Object.entries(named).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value.slice(0, LIMITS.userAgentChars)]],
    ),
  )
}

async function withinTime(hook: TokenResponseHook, facts: Told, hookMs: number): Promise<unknown> {
  const stop = new AbortController()
  const late = new Promise<never>((_resolve, reject) => {
    stop.signal.addEventListener('abort', () => reject(stop.signal.reason), { once: true })
  })
  const timer = setTimeout(() => stop.abort(new Error(`no answer within ${hookMs} ms`)), hookMs)
  try {
    return await Promise.race([hook({ ...facts, signal: stop.signal }), late])
  } finally {
    clearTimeout(timer)
  }
}
