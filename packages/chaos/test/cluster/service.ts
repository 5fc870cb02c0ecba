/** Services of the test cluster as a program: node service.ts '{"issuer":…}'. Each has a verifier of its own, and one closed route. */
import { latchkey } from '@latchkey/fastify'
import { type Feed, feedClient } from '@latchkey/feed'
import { type Verifier, verifierFrom } from '@latchkey/verifier'
import { fastify } from 'fastify'

/** Faults that are put into a verifier to see whether they are found. */
export type PlantedInVerifier = 'ignores_entries' | 'fails_open'

export interface ServiceProgram {
  readonly issuer: string
  readonly services: readonly {
    readonly audience: string
    readonly port: number
    /** Where its feed comes from. */
    readonly issuerAddress: string
    readonly clientId: string
    readonly clientSecret: string
  }[]
  readonly planted?: PlantedInVerifier
}

function spoilt(feed: Feed, planted: PlantedInVerifier | undefined): Feed {
  switch (planted) {
    case undefined:
      return feed
    case 'ignores_entries':
      return { ...feed, replica: Object.create(feed.replica, { judge: { value: () => 'live' } }) }
    case 'fails_open':
      return { ...feed, lease: { remainingMs: () => 500 } }
  }
}

const program: ServiceProgram = JSON.parse(process.argv[2] ?? '')
for (const one of program.services) {
  const feed = feedClient({
    issuerAddress: one.issuerAddress,
    service: one.audience,
    credentials: { clientId: one.clientId, clientSecret: one.clientSecret },
  })
  const verifier: Verifier = verifierFrom({
    issuer: program.issuer,
    service: one.audience,
    feed: spoilt(feed, program.planted),
  })
  const app = fastify()
  await app.register(latchkey, { verifier })
  app.get('/ready', { config: { public: true } }, async (_, reply) =>
    reply.code(verifier.status().leaseMs > 0 ? 200 : 503).send(),
  )
  app.get('/stock', async () => ({ hinges: 7 }))
  await app.listen({ host: '127.0.0.1', port: one.port })
}
