/** A service with guarded WebSockets, as a program: `@latchkey/fastify` as it is; only the feed comes from the same process. */
import type { AddressInfo } from 'node:net'
import websocket from '@fastify/websocket'
import { latchkey } from '@latchkey/fastify'
import { localFeed } from '@latchkey/feed'
import { verifierFrom } from '@latchkey/verifier'
import Fastify from 'fastify'
import { benchKey, ISSUER, METHOD, PATTERN, REV, SERVICE } from '../bench-tokens.ts'
import { answer } from '../child.ts'

export interface GuardedQuestion {
  readonly master: Uint8Array
}

const LEASE_MS = 3600_000

async function start({ master }: GuardedQuestion): Promise<number> {
  const key = benchKey(Buffer.from(master))
  const feed = localFeed()
  const [p, epoch, offset] = REV
  let at: number = offset
  feed.setKeys([
    {
      kid: key.kid,
      alg: 'HS256',
      state: 'active',
      k: key.signingKey.export().toString('base64url'),
    },
  ])
  feed.setLog({ p, epoch, offset, digest: 'bench' }, [])
  feed.lend(LEASE_MS)
  const app = Fastify()
  await app.register(websocket)
  await app.register(latchkey, {
    verifier: verifierFrom({ issuer: ISSUER, service: SERVICE, feed }),
  })
  app.route({
    method: METHOD,
    url: PATTERN,
    handler: (_request, reply) => reply.send('a socket lives here'),
    wsHandler: () => {},
  })
  /** What the feed does when an admin ends a session. */
  app.post<{ Params: { sid: string } }>(
    '/end/:sid',
    { config: { public: true } },
    async ({ params }) => {
      at += 1
      const x = Math.floor(Date.now() / 1000) + LEASE_MS / 1000
      feed.append({ epoch, entries: [{ p, o: at, k: 'session', v: params.sid, x, d: String(at) }] })
      return {}
    },
  )
  await app.listen({ host: '127.0.0.1', port: 0, backlog: 2048 })
  return (app.server.address() as AddressInfo).port
}

answer(start)
