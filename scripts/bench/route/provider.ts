/** oidc-provider as a program: opaque tokens and its own store in memory, both its defaults. Answers with its port. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'
import { answer } from '../child.ts'
import { PROVIDER_CLIENT } from './provider-client.ts'

async function start(): Promise<number> {
  // It warns that its store and keys are for development only, which is what they are used for here.
  console.info = console.warn = () => {}
  // Its addresses stand in documents that nobody reads here.
  const provider = new Provider('http://127.0.0.1', {
    clients: [
      {
        client_id: PROVIDER_CLIENT.id,
        client_secret: PROVIDER_CLIENT.secret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    features: { clientCredentials: { enabled: true }, introspection: { enabled: true } },
  })
  const server = createServer(provider.callback())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

answer(start)
