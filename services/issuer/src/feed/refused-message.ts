/** `refused`, what a verifier remembers of requests: bounded and typed, and believed by nobody but the administrator who asked. */
import { LIMITS, type RefusedMessage, type RefusedRequest } from '@latchkey/protocol'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'

const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const Name = Type.Optional(Type.String({ pattern: '^[!-~]{1,255}$' }))

const Refused = Type.Object({
  at: Count,
  status: Type.Integer({ minimum: 100, maximum: 599 }),
  reason: Type.String({ pattern: '^[a-z_]{1,64}$' }),
  method: Type.String({ pattern: '^[A-Z-]{1,32}$' }),
  route: Type.Optional(Type.String({ maxLength: LIMITS.routePatternChars })),
  jti: Name,
  sub: Name,
  sid: Name,
  positions: Type.Array(Type.Object({ p: Count, epoch: Count, offset: Count }), { maxItems: 64 }),
  leaseMs: Type.Number({ minimum: 0, maximum: LIMITS.leaseMaxMs }),
})
const Message = Compile(
  Type.Object({
    t: Type.Literal('refused'),
    id: Count,
    refused: Type.Array(Refused, { maxItems: LIMITS.refusedAnswers }),
  }),
)

export function parseRefused(value: Record<string, unknown>): RefusedMessage | undefined {
  if (!Message.Check(value)) return undefined
  return { t: 'refused', id: value.id, refused: value.refused.map(known) }
}

/** A newer verifier may say more, which nobody here has looked at. */
function known(given: Static<typeof Refused>): RefusedRequest {
  const { at, status, reason, method, route, jti, sub, sid, positions, leaseMs } = given
  return {
    ...{ at, status, reason, method, leaseMs },
    ...(route !== undefined && { route }),
    ...(jti !== undefined && { jti }),
    ...(sub !== undefined && { sub }),
    ...(sid !== undefined && { sid }),
    positions: positions.map(({ p, epoch, offset }) => ({ p, epoch, offset })),
  }
}
