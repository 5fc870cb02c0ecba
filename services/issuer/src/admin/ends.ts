/** POST /admin/v1/ends: ends a session or everything of a user. The answer says by when no service accepts it any more. */
import type { Users } from '@latchkey/directory'
import { type Clock, type EndTarget, StoreUnavailable } from '@latchkey/protocol'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { End } from '../ending/end.ts'
import { actorOf } from './actor.ts'
import { findUser } from './user-params.ts'

export interface AdminEndsDeps {
  readonly users: Pick<Users, 'find'>
  readonly end: End
  readonly clock: Clock
  readonly leaseMs: number
}

const EndBody = Type.Object(
  {
    target: Type.Union([
      Type.Object(
        {
          kind: Type.Literal('session'),
          sid: Type.String({ pattern: '^s\\d{1,4}_[A-Za-z0-9_-]{22}$' }),
        },
        { additionalProperties: false },
      ),
      Type.Object(
        { kind: Type.Literal('user'), sub: Type.String({ pattern: '^u_[0-9A-HJKMNP-TV-Z]{26}$' }) },
        { additionalProperties: false },
      ),
    ]),
  },
  { additionalProperties: false },
)
type EndBody = Static<typeof EndBody>

export function adminEnds(deps: AdminEndsDeps) {
  return async (app: FastifyInstance) => {
    app.post<{ Body: EndBody }>(
      '/admin/v1/ends',
      { schema: { body: EndBody } },
      async (request, reply) => {
        const target: EndTarget = request.body.target
        if (target.kind === 'user') await checkUser(target.sub, deps)
        const outcome = await deps.end(target, 'admin', actorOf(request))
        // From now on: a verifier whose lease was granted just before this answer holds it for at most T.
        const closedBy = new Date(deps.clock.nowMs() + deps.leaseMs).toISOString()
        request.log.info({ target: target.kind, entries: outcome.entries.length }, 'ended by admin')
        return await reply.send({
          ended: outcome.entries.length > 0,
          epoch: outcome.epoch,
          entries: outcome.entries.map((entry) => ({
            partition: entry.p,
            offset: entry.o,
            kind: entry.k,
          })),
          closed_by: closedBy,
        })
      },
    )
  }
}

/** Tells an admin who mistyped. While SQL is away ending goes on (docs/architecture.md): an entry about nobody harms nobody. */
async function checkUser(sub: string, deps: Pick<AdminEndsDeps, 'users'>): Promise<void> {
  try {
    await findUser(sub, deps.users)
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error
  }
}
