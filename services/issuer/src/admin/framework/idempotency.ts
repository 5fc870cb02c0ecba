/** `Idempotency-Key`: a creation that is sent again, because its answer was lost, happens once and is answered the same. */
import type { KeyObject } from 'node:crypto'
import { type Clock, InputError, nowSeconds, type Random } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { unwrapKey, wrapKey } from '../../keys/key-wrapping.ts'
import { macOf } from '../../keys/mac.ts'

export interface IdempotencyDeps {
  readonly store: {
    readonly documents: Pick<Store['documents'], 'get' | 'put'>
    readonly oneTime: Pick<Store['oneTime'], 'claim'>
  }
  /** Derived for this purpose alone. Answers may hold secrets that are shown once, so they rest sealed. */
  readonly idempotencyKey: KeyObject
  readonly clock: Clock
  readonly random: Random
}

const KEEP_SECONDS = 86_400
/** More than any request takes: a process that dies in the middle blocks its keys for so long. */
const ATTEMPT_SECONDS = 60
const KIND = 'idempotency'

/** What is known of a key. Failed attempts are counted, because each may be followed by one more. */
type Kept =
  | { readonly kind: 'failed'; readonly attempts: number }
  | { readonly kind: 'done'; readonly bodyMac: string; readonly sealed: string }

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly payload: string
}

interface Attempt {
  readonly id: string
  readonly attempts: number
  readonly bodyMac: string
}

const ATTEMPT = Symbol('idempotent attempt')
type Marked = FastifyRequest & { [ATTEMPT]?: Attempt }

/** For the routes of `app` that are declared `idempotent`. */
export function idempotency(app: FastifyInstance, deps: IdempotencyDeps): void {
  // Behind the guard and the schema: an attempt begins when nothing but the handler can refuse it.
  app.addHook('preHandler', async (request: Marked, reply) => {
    const key = request.headers['idempotency-key']
    if (key === undefined || !request.routeOptions.config.admin?.idempotent) return
    const attempt = await begin(key, request, deps)
    if ('status' in attempt)
      return await reply.code(attempt.status).headers(attempt.headers).send(attempt.payload)
    request[ATTEMPT] = attempt
  })
  app.addHook('onSend', async (request: Marked, reply, payload) => {
    const attempt = request[ATTEMPT]
    if (attempt === undefined) return
    // It has happened, or it has not: an answer that cannot be kept is still the answer.
    await finish(attempt, reply, String(payload ?? ''), deps).catch((error: unknown) =>
      request.log.warn({ err: error }, 'the answer to an Idempotency-Key is not kept'),
    )
  })
}

async function begin(
  header: string | readonly string[],
  request: FastifyRequest,
  deps: IdempotencyDeps,
): Promise<Attempt | Answer> {
  const id = idOf(header, request, deps)
  const bodyMac = macOf(deps.idempotencyKey, JSON.stringify(request.body ?? null))
  const now = nowSeconds(deps.clock)
  const text = await deps.store.documents.get(KIND, id, now)
  const kept: Kept = text === undefined ? { kind: 'failed', attempts: 0 } : JSON.parse(text)
  switch (kept.kind) {
    case 'done':
      if (kept.bodyMac !== bodyMac) throw reused()
      return JSON.parse(unwrapKey(kept.sealed, id, deps.idempotencyKey).toString())
    case 'failed': {
      const name = `${id} ${kept.attempts}`
      if (await deps.store.oneTime.claim(KIND, name, ATTEMPT_SECONDS, now)) {
        return { id, attempts: kept.attempts, bodyMac }
      }
      throw underWay()
    }
  }
}

async function finish(
  { id, attempts, bodyMac }: Attempt,
  reply: FastifyReply,
  payload: string,
  deps: IdempotencyDeps,
): Promise<void> {
  const now = nowSeconds(deps.clock)
  const keep = (kept: Kept) =>
    deps.store.documents.put(KIND, id, JSON.stringify(kept), now + KEEP_SECONDS, now)
  if (reply.statusCode >= 300) return await keep({ kind: 'failed', attempts: attempts + 1 })
  const headers: Record<string, string> = {}
  for (const name of ['content-type', 'location', 'etag']) {
    const value = reply.getHeader(name)
    if (value !== undefined) headers[name] = String(value)
  }
  const answer: Answer = { status: reply.statusCode, headers, payload }
  const plain = Buffer.from(JSON.stringify(answer))
  await keep({
    kind: 'done',
    bodyMac,
    sealed: wrapKey(plain, id, deps.idempotencyKey, deps.random),
  })
}

/** Keys of different callers and addresses never meet. */
function idOf(
  header: string | readonly string[],
  request: FastifyRequest,
  deps: IdempotencyDeps,
): string {
  if (typeof header !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(header)) {
    throw new InputError('idempotency-key-invalid', {
      received: 'a key that is empty, too long, repeated or not ASCII',
      expected: 'one Idempotency-Key of 1 to 255 visible ASCII characters',
    })
  }
  const { sub, client_id } = request.admin ?? {}
  const place = [sub, client_id, request.method, request.url, header]
  return macOf(deps.idempotencyKey, JSON.stringify(place))
}

function reused(): InputError {
  return new InputError('idempotency-key-reused', {
    received: 'an Idempotency-Key of the last day with another body',
    expected: 'a new key for every creation',
  })
}

function underWay(): InputError {
  return new InputError('idempotency-in-progress', {
    received: 'an Idempotency-Key whose first request is not answered yet',
    expected: 'a pause of a second, then the same request again',
  })
}
