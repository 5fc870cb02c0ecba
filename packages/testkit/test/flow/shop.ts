import { latchkey } from '@latchkey/fastify'
import { connectWebSocket } from '@latchkey/feed'
import { login, loginSession } from '@latchkey/login'
import { createVerifier, type Verifier } from '@latchkey/verifier'
import { fastify } from 'fastify'

export interface Shop {
  readonly verifier: Verifier
  /** Types of the frames that the issuer has sent, in order. */
  readonly frames: string[]
  close(): Promise<void>
}

/** A customer's service: one closed route, one public one, people sign in by redirect. It notes what the feed brings. */
export async function shop(options: {
  readonly issuer: string
  readonly issuerPort: number
  readonly url: string
  readonly port: number
  readonly clientId: string
  readonly clientSecret: string
}): Promise<Shop> {
  const { issuer, url, clientId, clientSecret } = options
  const issuerAddress = `http://127.0.0.1:${options.issuerPort}`
  const frames: string[] = []
  const app = fastify()
  const verifier = await createVerifier({
    issuer,
    issuerAddress,
    service: url,
    credentials: { clientId, clientSecret },
    connect: (request, events) =>
      connectWebSocket(request, {
        ...events,
        text: (text) => {
          frames.push((JSON.parse(text) as { t: string }).t)
          events.text(text)
        },
      }),
  })
  app.addHook('onClose', () => verifier.close())
  app.addHook('onSend', async (request, reply) => void reply.header('x-request-id', request.id))
  await app.register(latchkey, { verifier, session: loginSession })
  await app.register(login, {
    issuer,
    issuerAddress,
    clientId,
    clientSecret,
    baseUrl: url,
    resource: url,
    cookieSecret: 'a cookie secret of a test, long enough for it',
  })
  app.get('/', { config: { public: true } }, async () => ({ open: true }))
  app.get('/stock', async () => ({ hinges: 7 }))
  await app.listen({ host: '127.0.0.1', port: options.port })
  return { verifier, frames, close: () => app.close() }
}
