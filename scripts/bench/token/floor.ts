/** The floor, as a program: a bare Fastify route that parses a form, sends Redis one command and signs one HS256 token. */
import { createHmac, createSecretKey } from 'node:crypto'
import process from 'node:process'
import formbody from '@fastify/formbody'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { answer } from '../child.ts'
import { AUDIENCE, CLIENT, GRANTS, type OpQuestion } from './bench-op.ts'

const HEADER = Buffer.from('{"alg":"HS256","typ":"at+jwt","kid":"floor"}').toString('base64url')

async function start({ redisUrl }: { redisUrl: string }): Promise<void> {
  const redis = new Redis(redisUrl, { enableAutoPipelining: true })
  const key = createSecretKey(Buffer.alloc(32, 5))
  const app = Fastify()
  await app.register(formbody)
  app.post('/token', async (_request, reply) => {
    const generation = await redis.incr('floor:generation')
    const iat = Math.floor(Date.now() / 1000)
    const claims = {
      ...{ iss: 'http://127.0.0.1', sub: `svc:${CLIENT.id}`, aud: AUDIENCE, client_id: CLIENT.id },
      ...{
        iat,
        exp: iat + 300,
        jti: String(generation),
        scope: '',
        rev: [0, 1, 0],
        routes: GRANTS,
      },
    }
    const text = `${HEADER}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`
    const signature = createHmac('sha256', key).update(text).digest('base64url')
    const body = { access_token: `${text}.${signature}`, token_type: 'Bearer', expires_in: 300 }
    return await reply.header('cache-control', 'no-store').send(body)
  })
  await app.listen({ host: '127.0.0.1', port: Number(process.argv[2]) })
}

answer<OpQuestion>(async (question) => {
  if ('rss' in question) return process.memoryUsage.rss()
  await start(question.start)
  return true
})
