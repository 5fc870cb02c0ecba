import type { Directory } from '@latchkey/directory'
import type { Clock, Random } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyInstance } from 'fastify'
import type { RevokeTokenDeps } from '../ending/revoke-token.ts'
import type { PersonGrant } from '../grants/grant.ts'
import type { PersonTokenDeps } from '../grants/person-tokens.ts'
import { corsOrigins } from '../http/cors.ts'
import type { Settings } from '../settings/settings.ts'
import { extendResponse } from '../token-api/extend-response.ts'
import { obtainTokens } from '../token-api/obtain-tokens.ts'
import { tokenAnswers } from '../token-api/token-answers.ts'
import { tokenApi } from '../token-api/token-api.ts'
import type { TokenResponseHook } from '../token-api/token-response-hook.ts'
import type { Callers } from './callers.ts'
import type { Ending } from './ending.ts'
import type { People } from './people.ts'

export interface TokenApiParts
  extends Pick<Ending, 'end'>,
    Pick<People, 'checkCredentials'>,
    Omit<Callers, 'clock'>,
    PersonTokenDeps,
    Pick<RevokeTokenDeps, 'refreshTokens' | 'readAccessToken'> {
  readonly settings: Pick<Settings, 'session' | 'simplejwtClient'>
  readonly store: Store
  readonly directory: Directory
  readonly clock: Clock
  readonly random: Random
  readonly tokenResponse?: TokenResponseHook | undefined
  readonly refreshForPerson: PersonGrant
}

/** The JSON API, made of the parts that the pages and the OAuth endpoints are made of. */
export function wireTokenApi(parts: TokenApiParts): (app: FastifyInstance) => Promise<void> {
  const { session, simplejwtClient } = parts.settings
  const { streams } = parts.directory
  const obtain = obtainTokens({
    ...parts,
    streams,
    audit: parts.directory.audit,
    idleSeconds: session.idleSeconds,
    lifetimes: session,
  })
  const answers = tokenAnswers({
    ...parts,
    obtainTokens: obtain,
    extendResponse: extendResponse(parts),
  })
  return tokenApi({ ...parts, answers, simplejwtClient, origins: corsOrigins(parts) })
}
