/** oidc-provider 9 as the control: an independent issuer, certified, in this process, over loopback HTTP. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import { publicKeys, type RegisteredClient } from '../fixtures/registered-clients.ts'
import { interactionPages } from './interaction-pages.ts'
import { providerFeatures } from './provider-features.ts'

/** The parts that are used of a package without types. */
export interface ProviderPackage {
  readonly default: new (issuer: string, configuration: object) => Provider
  readonly errors: Readonly<Record<'InvalidTarget', new () => Error>>
}

export interface Provider {
  /** Koa: prints no stack of a request that failed. */
  silent: boolean
  use(middleware: (context: KoaContext, next: () => Promise<void>) => Promise<void>): void
  callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>
  interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>
  interactionFinished(
    request: IncomingMessage,
    response: ServerResponse,
    result: object,
    options?: { mergeWithLastSubmission: boolean },
  ): Promise<void>
  readonly Grant: new (of: { accountId: string | undefined; clientId: unknown }) => Grant
}

export interface KoaContext {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly path: string
  readonly method: string
  body: string
  type: string
  respond: boolean
}

export interface Interaction {
  readonly prompt: { readonly name: string }
  readonly params: Readonly<Record<string, unknown>>
  readonly session?: { readonly accountId: string }
}

export interface Grant {
  addOIDCScope(scope: string): void
  addOIDCClaims(claims: readonly string[]): void
  addResourceScope(resource: string, scope: string): void
  addRar(detail: object): void
  save(): Promise<string>
}

export interface StartedProvider {
  /** The port at which it listens; its identity is the `issuer` that it was started with. */
  readonly port: number
  close(): Promise<void>
}

/** `codeSeconds` is the lifetime of codes. */
export async function startProvider(options: {
  readonly issuer: string
  readonly port: number
  readonly clients: readonly RegisteredClient[]
  readonly codeSeconds: number
}): Promise<StartedProvider> {
  const { default: Provider, errors } = (await import(
    'oidc-provider'
  )) as unknown as ProviderPackage
  // It says what a production should have; that is no news in a test.
  console.warn = console.info = () => undefined
  const provider = new Provider(options.issuer, {
    clients: options.clients.map(({ metadata, keys }) => ({
      ...metadata,
      response_types: (metadata['grant_types'] as string[]).includes('authorization_code')
        ? ['code']
        : [],
      ...(keys && { jwks: publicKeys(keys) }),
    })),
    jwks: { keys: await signingKeys() },
    ...providerFeatures(errors.InvalidTarget, options.codeSeconds),
  })
  interactionPages(provider)
  provider.silent = true
  const server = createServer(provider.callback())
  await new Promise<void>((resolve) => server.listen(options.port, '127.0.0.1', resolve))
  return {
    port: options.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function signingKeys() {
  const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA']
  return await Promise.all(
    algorithms.map(async (alg) => {
      const { privateKey } = await generateKeyPair(alg, { extractable: true })
      return { ...(await exportJWK(privateKey)), alg, kid: alg.toLowerCase(), use: 'sig' }
    }),
  )
}
