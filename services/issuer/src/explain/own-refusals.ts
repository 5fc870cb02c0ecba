/** The last requests that this process has refused, for whoever asks about one by its id: docs/operate/explain.md. */
import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

export interface OwnRefusal {
  readonly at: number
  readonly method: string
  /** As the router knows it. */
  readonly route: string
  readonly status: number
  readonly code: string
  readonly reason?: string
  /** Who called, if that was proven. */
  readonly clientId?: string
  readonly sub?: string
}

export interface OwnRefusals {
  /** Undefined when it was not refused here, or too long ago. */
  find(request: string): OwnRefusal | undefined
}

/** Half a megabyte. A flood of refusals pushes out older ones. */
const MOST_REFUSALS = 2000
const KEEP_SECONDS = 3600

/** Notes from now on what this app refuses, once it has been answered. */
export function ownRefusals(app: FastifyInstance, clock: Pick<Clock, 'nowMs'>): OwnRefusals {
  const refusals = new Map<string, OwnRefusal>()
  app.decorateRequest('refusal', undefined)
  app.addHook('onResponse', (request, reply, done) => {
    const refusal = describe(request, reply, nowSeconds(clock))
    if (refusal) {
      refusals.set(request.id, refusal)
      const [oldest = ''] = refusals.keys()
      if (refusals.size > MOST_REFUSALS) refusals.delete(oldest)
    }
    done()
  })
  return {
    find: (request) => {
      const found = refusals.get(request)
      return found && found.at > nowSeconds(clock) - KEEP_SECONDS ? found : undefined
    },
  }
}

function describe(
  { method, routeOptions, refusal, client, admin }: FastifyRequest,
  { statusCode: status }: FastifyReply,
  at: number,
): OwnRefusal | undefined {
  const route = routeOptions.url
  if (refusal === undefined || route === undefined) return undefined
  const clientId = client?.id ?? admin?.client_id
  return {
    ...{ at, method, route, status },
    ...refusal,
    ...(clientId !== undefined && { clientId }),
    ...(admin && { sub: admin.sub }),
  }
}
