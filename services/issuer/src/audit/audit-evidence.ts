/** /admin/v1/audit/…: what makes the audit log evidence: export, verification, heads to keep elsewhere, retention (docs/operate/audit.md). */
import { Readable } from 'node:stream'
import { type Audit, type ChainHead, headText, readHead } from '@latchkey/directory'
import { type Clock, InputError, nowSeconds } from '@latchkey/protocol'
import { Type } from 'typebox'
import { actorOf } from '../admin/actor.ts'
import { adminRoute, adminRoutes } from '../admin/framework/admin-route.ts'
import { closedObject } from '../admin/framework/closed.ts'
import { ADMIN_ONLY, EVERY_ROLE } from '../admin/framework/shipped-roles.ts'
import { auditLines } from './audit-lines.ts'

export interface AuditEvidenceDeps {
  readonly directory: { readonly audit: Audit }
  readonly clock: Clock
}

const Count = Type.String({ pattern: '^\\d{1,15}$' })
const Head = Type.String({ pattern: '^\\d{1,15}\\.[\\w-]{43}$', description: 'ID.DIGEST' })
/** Verified in one request: about a tenth of a second. */
const MOST_RECORDS = 5000
/** Younger records stay: whoever may prune cannot take away what they have just done. */
const YOUNGEST_PRUNED_SECONDS = 90 * 86_400

export function auditEvidence(deps: AuditEvidenceDeps) {
  return adminRoutes(exportRoute(deps), verifyRoute(deps), headRoute(deps), pruneRoute(deps))
}

const exportRoute = ({ directory: { audit }, clock }: AuditEvidenceDeps) =>
  adminRoute({
    method: 'GET',
    path: '/audit/export',
    summary: 'The audit log as JSON lines, oldest first',
    roles: EVERY_ROLE,
    query: {
      since: Type.Optional(Count),
      until: Type.Optional(Count),
      after: Type.Optional(Count),
    },
    answers: { 200: { media: 'application/jsonl' } },
    async handle(request, reply) {
      const { since, until, after = '0' } = request.query
      const seconds = {
        ...(since !== undefined && { since: Number(since) }),
        ...(until !== undefined && { until: Number(until) }),
      }
      // Recorded first, and so part of what is exported.
      await audit.append({
        at: nowSeconds(clock),
        actor: actorOf(request),
        ...{ action: 'audit.export', target: 'audit', reason: 'admin' },
        detail: { after: Number(after), ...seconds },
      })
      const { id: through } = await audit.head()
      const lines = auditLines(audit, { after: Number(after), through, ...seconds })
      reply.type('application/jsonl')
      return await reply.send(Readable.from(lines, { objectMode: false }))
    },
  })

const verifyRoute = ({ directory: { audit } }: AuditEvidenceDeps) =>
  adminRoute({
    method: 'GET',
    path: '/audit/verify',
    summary: 'Verifies a part of the audit log: its chain and its seals',
    roles: EVERY_ROLE,
    query: {
      after: Type.Optional(Head),
      known: Type.Optional(Head),
      limit: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,4}$' })),
    },
    answers: {
      200: closedObject(
        {
          records: Type.Integer(),
          head: Type.String(),
          newest: Type.String(),
          last: Type.Boolean(),
          holds_known: Type.Boolean(),
          fault: Type.Optional(closedObject({ kind: Type.String(), id: Type.Integer() })),
        },
        'AuditVerification',
      ),
    },
    async handle({ query: { after, known, limit } }) {
      const part = await audit.verify({
        after: (after === undefined ? undefined : readHead(after)) ?? { id: 0, digest: '' },
        limit: Math.min(Number(limit ?? MOST_RECORDS), MOST_RECORDS),
        ...knownHead(known),
      })
      if (part === undefined) throw notInChain(after ?? '')
      return {
        records: part.records,
        head: headText(part.head),
        newest: headText(await audit.head()),
        last: part.isLast,
        holds_known: part.holdsKnown,
        ...(part.fault && { fault: part.fault }),
      }
    },
  })

function knownHead(text: string | undefined): { known?: ChainHead } {
  const known = text === undefined ? undefined : readHead(text)
  return known === undefined ? {} : { known }
}

const headRoute = ({ directory: { audit } }: AuditEvidenceDeps) =>
  adminRoute({
    method: 'GET',
    path: '/audit/head',
    summary: 'The digest of the newest audit record, or of the newest one up to an id',
    roles: EVERY_ROLE,
    query: { id: Type.Optional(Count) },
    answers: { 200: closedObject({ id: Type.Integer(), digest: Type.String() }, 'AuditHead') },
    handle: async ({ query: { id } }) =>
      await audit.head(id === undefined ? undefined : Number(id)),
  })

const pruneRoute = ({ directory: { audit }, clock }: AuditEvidenceDeps) =>
  adminRoute({
    method: 'POST',
    path: '/audit/prune',
    summary: 'Takes away the oldest audit records, at most 10,000 that are older than 90 days',
    roles: ADMIN_ONLY,
    body: closedObject({ before: Type.Integer({ minimum: 0 }) }),
    answers: {
      200: closedObject({ removed: Type.Integer(), through: Type.Integer() }, 'AuditPruned'),
    },
    async handle(request) {
      const now = nowSeconds(clock)
      const { before } = request.body
      if (before > now - YOUNGEST_PRUNED_SECONDS) throw tooYoung(before)
      return await audit.prune({ before, now, actor: actorOf(request) })
    },
  })

function notInChain(received: string): InputError {
  return new InputError('audit-head-unknown', {
    where: 'querystring/after',
    received,
    expected:
      'the head that the part before ended with: the log was changed meanwhile, begin again',
  })
}

function tooYoung(before: number): InputError {
  return new InputError('audit-too-young', {
    where: 'body/before',
    received: `${before}`,
    expected: 'a second that is at least 90 days ago: younger records stay',
  })
}
