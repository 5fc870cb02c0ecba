import { latchkey } from '@latchkey/fastify'
import { createVerifier } from '@latchkey/verifier'
import { fastify } from 'fastify'

export interface Orders {
  /** What `protected_resource` of the settings says. */
  readonly settings: Readonly<Record<'resource' | 'url' | 'address', string>>
  close(): Promise<void>
}

/** A service as a customer writes it, guarded by the plug-in: for the rules about services. */
export async function startOrders(options: {
  readonly issuer: string
  readonly audience: string
  readonly clientId: string
  readonly clientSecret: string
}): Promise<Orders> {
  const { issuer, audience, clientId, clientSecret } = options
  const verifier = await createVerifier({
    issuer,
    service: audience,
    credentials: { clientId, clientSecret },
  })
  const app = fastify()
  await app.register(latchkey, { verifier })
  app.get('/orders', async () => [])
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    settings: { resource: audience, url: `${audience}/orders`, address },
    close: async () => {
      await app.close()
      await verifier.close()
    },
  }
}
