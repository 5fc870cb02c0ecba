/** POST /ssf/events: security events that other systems push. RFC 8935, CAEP 1.0 section 3.1. */
import { type Actor, nowSeconds, OAuthError } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { End } from '../ending/end.ts'
import type { EndingChange } from '../ending/ending-change.ts'
import { type Revoked, type RevokedByDeps, revokedBy } from '../incoming-signals/revoked-by.ts'
import {
  JTI_SECONDS,
  type Signal,
  type SignalError,
  type VerifySignalDeps,
  verifySignal,
} from '../incoming-signals/verify-signal.ts'

export interface SignalPushDeps extends VerifySignalDeps, RevokedByDeps {
  readonly oneTime: Pick<Store['oneTime'], 'claim' | 'peek' | 'put'>
  readonly end: End
  readonly endingChange: EndingChange
}

/** An event says little. */
const BODY_BYTES = 16_384
/** Whoever works on an event has ended it within half a second, or has died over it. */
const WORK_SECONDS = 2

const DESCRIPTIONS: Readonly<Record<SignalError, string>> = {
  invalid_request:
    'not a security event token (RFC 8417) of type secevent+jwt with iat, jti and events, of the last day',
  invalid_key: 'not signed with a key that stands in the key set of its issuer',
  invalid_issuer: 'iss is not one of the signal_sources of this issuer',
  invalid_audience: 'aud is not the one text that the settings name for this source',
}

export function signalPush(deps: SignalPushDeps) {
  return async (app: FastifyInstance) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser(
      'application/secevent+jwt',
      { parseAs: 'string', bodyLimit: BODY_BYTES },
      async (_request: unknown, text: string) => text,
    )
    app.post('/ssf/events', async (request, reply) => {
      // Without a body it is a form without fields, as everywhere.
      const text = typeof request.body === 'string' ? request.body : ''
      const outcome = await verifySignal(text, deps)
      switch (outcome.kind) {
        case 'refused': {
          const { err, reason } = outcome
          request.log.warn({ err, reason }, 'security event refused')
          return await reply.code(400).send({ err, description: DESCRIPTIONS[err] })
        }
        case 'unavailable':
          request.log.warn({ why: outcome.why }, 'keys of a signal source cannot be had')
          throw later('signal_keys_unavailable')
        case 'valid':
          return await take(outcome.signal, request, reply, deps)
      }
    })
  }
}

/** Each event once: whoever says one again has lost our answer. Marked when it is done, so that none is lost. */
async function take(
  signal: Signal,
  request: FastifyRequest,
  reply: FastifyReply,
  deps: SignalPushDeps,
): Promise<FastifyReply> {
  const now = nowSeconds(deps.clock)
  const name = `${signal.source.issuer} ${signal.jti}`
  if ((await deps.oneTime.peek('signal-done', name, now)) === undefined) {
    if (!(await deps.oneTime.claim('signal', name, WORK_SECONDS, now))) {
      // Somebody is at it, and may fail.
      throw later('signal_under_way')
    }
    const revoked = await revokedBy(signal, deps)
    await endRevoked(revoked, { sub: signal.source.issuer }, deps)
    await deps.oneTime.put('signal-done', name, '', JTI_SECONDS, now)
    request.log.info(
      { source: signal.source.issuer, jti: signal.jti, ...revoked },
      'security event',
    )
  }
  // Who is known here is not told: RFC 8935 section 2.2 asks for the form of the event only.
  return await reply.code(202).send()
}

function later(reason: string): OAuthError {
  return new OAuthError('temporarily_unavailable', reason, { retryAfterSeconds: WORK_SECONDS })
}

async function endRevoked(
  revoked: Revoked,
  actor: Actor,
  { end, endingChange }: SignalPushDeps,
): Promise<void> {
  const reason = 'external_signal'
  switch (revoked.kind) {
    case 'session':
      await end({ kind: 'session', sid: revoked.sid }, reason, actor)
      return
    case 'user': {
      const target = { kind: 'user', sub: revoked.sub } as const
      await endingChange(async () => ({ result: undefined, ends: [{ target, reason, actor }] }))
      return
    }
    case 'nothing':
  }
}
