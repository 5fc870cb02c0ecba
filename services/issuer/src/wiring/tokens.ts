import type { Directory } from '@latchkey/directory'
import type { Clock, Random } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyBaseLogger } from 'fastify'
import { authorizationCode } from '../grants/authorization-code.ts'
import { clientCredentials } from '../grants/client-credentials.ts'
import { DEVICE_GRANT, deviceCode } from '../grants/device-code.ts'
import type { Grant } from '../grants/grant.ts'
import { refreshForPerson, refreshToken } from '../grants/refresh-token.ts'
import { tokenExchange } from '../grants/token-exchange.ts'
import { accessTokens } from '../minting/access-token.ts'
import { idTokens } from '../minting/id-token.ts'
import { refreshTokens } from '../minting/refresh-token.ts'
import { accessTokenReader } from '../reading/access-token-reader.ts'
import { knownServices } from '../reading/known-services.ts'
import { catalogueBook } from '../rights/catalogue-book.ts'
import { readRoutes, writeRoutes } from '../rights/routes-claim.ts'
import type { Settings } from '../settings/settings.ts'
import { statusPlaces } from '../status-lists/status-places.ts'
import type { Ending } from './ending.ts'
import type { Feeding } from './feed.ts'
import type { Keys } from './keys.ts'

export interface TokensDeps
  extends Pick<Keys, 'services' | 'refreshMac' | 'signing' | 'subjectFor'>,
    Pick<Feeding, 'tail' | 'revocations'>,
    Pick<Ending, 'end' | 'concludeEnd'> {
  readonly settings: Pick<Settings, 'issuer' | 'session' | 'tokens'> &
    Partial<Pick<Settings, 'attributes'>>
  readonly store: Store
  readonly directory: Directory
  readonly clock: Clock
  readonly random: Random
  readonly log: FastifyBaseLogger
}

/** Everything that makes or reads tokens. */
export async function wireTokens(deps: TokensDeps) {
  const { settings, store, directory, clock, random, signing, subjectFor } = deps
  const { issuer, attributes } = settings
  const catalogues = catalogueBook(directory.services)
  const minting = {
    accessTokens: accessTokens({
      issuer,
      signingKeyOf: deps.services.signingKey,
      placeFor: statusPlaces({ ...store, issuer, clock }),
      writeRoutes: writeRoutes(catalogues),
      random,
    }),
    idToken: idTokens({ issuer, signing, subjectFor, clock, attributes }),
    attributes,
    refreshTokens: refreshTokens(deps.refreshMac),
    signing,
    subjectFor,
  }
  const readAccessToken = accessTokenReader({
    issuer,
    services: await knownServices(directory.services),
    sessions: store.sessions,
    keys: deps.services,
    revocations: deps.revocations,
    clock,
  })
  const shared = {
    issuer,
    store,
    directory,
    streams: directory.streams,
    clock,
    random,
    end: deps.end,
    concludeEnd: deps.concludeEnd,
    idleSeconds: settings.session.idleSeconds,
    graceSeconds: settings.tokens.refreshGraceSeconds,
    readLog: deps.tail.poke,
    log: deps.log,
    readAccessToken,
    readRoutes: readRoutes(catalogues),
    ...minting,
  }
  const grants = new Map<string, Grant>([
    ['authorization_code', authorizationCode(shared)],
    ['refresh_token', refreshToken(shared)],
    ['client_credentials', clientCredentials(shared)],
    ['urn:ietf:params:oauth:grant-type:token-exchange', tokenExchange(shared)],
    [DEVICE_GRANT, deviceCode(shared)],
  ])
  return {
    ...minting,
    readAccessToken,
    readRoutes: shared.readRoutes,
    grants,
    refreshForPerson: refreshForPerson(shared),
  }
}

export type Tokens = Awaited<ReturnType<typeof wireTokens>>
