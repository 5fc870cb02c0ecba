/** The service under test, as a program: one route, closed as it is told. Answers with its port. */
import type { AddressInfo } from 'node:net'
import { benchKey, PATTERN } from '../bench-tokens.ts'
import { answer } from '../child.ts'
import { CLOSE_WITH } from './close-with.ts'
import type { Variant } from './variants.ts'

export interface ServerFacts {
  readonly variant: Variant
  readonly master: Uint8Array
  readonly redisUrl?: string | undefined
  /** Introspection endpoint. */
  readonly introspection?: string | undefined
}

async function start(facts: ServerFacts): Promise<number> {
  const app = await CLOSE_WITH[facts.variant]({
    ...facts,
    key: benchKey(Buffer.from(facts.master)),
  })
  app.get(PATTERN, (_request, reply) => {
    reply.send({ ok: true })
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return (app.server.address() as AddressInfo).port
}

answer(start)
