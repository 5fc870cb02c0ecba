/** GET /status-lists/:list: Token Status List, section 8. */
import { createHash } from 'node:crypto'
import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { FastifyInstance } from 'fastify'
import { weightedValues } from '../http/weighted-values.ts'
import type { StatusListTokens } from '../status-lists/status-list-tokens.ts'

export interface StatusListDeps {
  readonly statusListToken: StatusListTokens
  readonly partitions: number
  readonly clock: Clock
}

const MEDIA_TYPE = 'application/statuslist+jwt'
const TAKEN = new Set([MEDIA_TYPE, 'application/*', '*/*'])

/** Public: without a token nobody knows whose a place is. */
export function statusList(deps: StatusListDeps) {
  return async (app: FastifyInstance) => {
    app.get<{ Params: { list: string } }>('/status-lists/:list', async (request, reply) => {
      const list = listNumber(request.params.list, deps.partitions)
      reply.header('vary', 'accept')
      if (list === undefined) return await reply.code(404).send(problem('unknown_list'))
      if (!takesJwt(request.headers.accept)) {
        return await reply.code(406).send(problem('not_acceptable'))
      }
      const { token, freshUntil } = await deps.statusListToken(list)
      const etag = `"${createHash('sha256').update(token).digest('base64url')}"`
      const seconds = Math.max(0, freshUntil - nowSeconds(deps.clock))
      reply.headers({
        'cache-control': `public, max-age=${seconds}`,
        'access-control-allow-origin': '*',
        etag,
      })
      if (request.headers['if-none-match'] === etag) return await reply.code(304).send()
      return await reply.type(MEDIA_TYPE).send(token)
    })
  }
}

/** Written in one way only, so that a cache keeps one copy. */
function listNumber(text: string, partitions: number): number | undefined {
  const list = /^(?:0|[1-9]\d{0,3})$/.test(text) ? Number(text) : partitions
  return list < partitions ? list : undefined
}

/** Section 8.1: a client that wants CWT gets none here. */
function takesJwt(accept: string | undefined): boolean {
  if (accept === undefined) return true
  return weightedValues(accept).some(({ value, weight }) => weight > 0 && TAKEN.has(value))
}

function problem(word: 'unknown_list' | 'not_acceptable') {
  const description = {
    unknown_list: 'there is no such list',
    not_acceptable: `there is only ${MEDIA_TYPE}`,
  }[word]
  return { error: word, error_description: description }
}
