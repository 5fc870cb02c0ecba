/** RFC 9457 section 3: what every refusal of the admin API says. */
import { InputError, InputErrors, type OAuthError } from '@latchkey/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { bearerChallenge, NoCredentials } from '../../http/bearer.ts'
import { isStale, logError, statusOf, toOAuthError } from '../../http/oauth-errors.ts'
import { schemaFault } from '../../http/schema-fault.ts'
import { closedObject } from './closed.ts'
import { PROBLEMS, problemFact } from './problem-codes.ts'

export const Problem = closedObject(
  {
    type: Type.String({ description: 'The page about the code.' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.String({ pattern: '^[a-z][a-z0-9_-]*$', description: 'Stable.' }),
    received: Type.Optional(Type.String()),
    expected: Type.Optional(Type.String()),
    where: Type.Optional(Type.String({ description: 'The place in the request.' })),
    errors: Type.Optional(
      Type.Array(
        closedObject({
          code: Type.String(),
          received: Type.String(),
          expected: Type.String(),
          where: Type.Optional(Type.String()),
        }),
        { description: 'Every fault, where there are several: the first is the one above.' },
      ),
    ),
    reason: Type.Optional(
      Type.Literal('stale', {
        description: 'Permissions have changed: get a new token and ask again.',
      }),
    ),
    instance: Type.String({ description: 'Names the request in logs and audit records.' }),
  },
  'Problem',
)
export type Problem = Static<typeof Problem>

const REALM = 'latchkey admin'

type Facts = Pick<Problem, 'code' | 'received' | 'expected' | 'where' | 'errors' | 'reason'> & {
  readonly detail?: string
  /** Where it differs from that of the code. */
  readonly status?: number
}

/** Gives the error handler of the admin API. */
export function sendProblems({ issuer }: { readonly issuer: string }) {
  return (thrown: unknown, request: FastifyRequest, reply: FastifyReply) => {
    if (thrown instanceof InputError) {
      const { code, received, expected, where } = thrown
      request.refusal = { code }
      request.log.info({ code }, 'admin input refused')
      // What the address names may be missing (404); what a body names and nobody has is a fault of the body.
      const isInside = where !== undefined && problemFact(code).status === 404
      const facts = {
        ...{ code, received, expected },
        ...(where !== undefined && { where }),
        ...(isInside && { status: 400 }),
        ...(thrown instanceof InputErrors && { errors: thrown.errors.map(describe) }),
      }
      const detail = `expected ${expected}, received ${received}`
      return sendProblem({ ...facts, detail }, issuer, request, reply)
    }
    if (thrown instanceof NoCredentials) {
      // RFC 6750 section 3.1: a request without credentials gets no error code in its challenge.
      reply.header('www-authenticate', bearerChallenge(REALM)(undefined, request))
      request.refusal = { code: 'no-credentials' }
      const expected = 'Authorization: Bearer, with an access token for this issuer'
      const facts = { code: 'no-credentials', received: 'no access token', expected }
      return sendProblem({ ...facts, detail: `expected ${expected}` }, issuer, request, reply)
    }
    const error = toOAuthError(thrown)
    logError(request, error)
    if (error.status < 500) {
      reply.header('www-authenticate', bearerChallenge(REALM)(error, request))
    }
    if (error.retryAfterSeconds !== undefined) {
      reply.header('retry-after', String(error.retryAfterSeconds))
    }
    return sendProblem(factsOf(error, thrown), issuer, request, reply)
  }
}

function describe({ code, received, expected, where }: InputError) {
  return { code, received, expected, ...(where !== undefined && { where }) }
}

function factsOf(error: OAuthError, thrown: unknown): Facts {
  const { code, description } = error
  const fault = schemaFault(thrown)
  const status = statusOf(thrown, error)
  return {
    code,
    // Transport faults keep their own status; a bad proof is 401 here (RFC 9449 section 7.1).
    status: status === error.status ? (PROBLEMS[code]?.status ?? status) : status,
    ...(description !== undefined && { detail: description }),
    // The caller may be here, so it may know the rules.
    ...(fault && {
      where: fault.where,
      expected: fault.rule,
      detail: `${fault.where} ${fault.rule}`,
    }),
    ...(isStale(error) && { reason: 'stale' as const }),
  }
}

/** `reply` may have its headers already; status and body come from here. */
export function sendProblem(
  { status, detail, code, ...facts }: Facts,
  issuer: string,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const fact = problemFact(code)
  const body: Problem = {
    type: `${issuer}/errors/${code}`,
    title: fact.title,
    status: status ?? fact.status,
    detail: detail ?? `${fact.title}.`,
    code,
    ...facts,
    instance: `urn:request:${request.id}`,
  }
  return reply
    .code(body.status)
    .header('cache-control', 'no-store')
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(body))
}
