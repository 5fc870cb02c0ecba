/** What this app asks of the issuer: OpenID Connect Core section 3.1, RP-Initiated Logout 1.0 section 2. */
import { createHash } from 'node:crypto'
import { LIMITS } from '@latchkey/protocol'
import type { JWTVerifyGetKey } from 'jose'
import * as openid from 'openid-client'
import { discovery } from './discovery.ts'
import { issuerFetch } from './issuer-fetch.ts'
import { LOGIN_LIMITS } from './limits.ts'
import { faultOf, type ProviderFault } from './provider-fault.ts'
import type { Grant, Person } from './session.ts'
import type { Settings } from './settings.ts'
import type { StepUp } from './sign-in.ts'
import type { Transaction } from './transaction-cookies.ts'

export type GrantOutcome = { readonly kind: 'granted'; readonly grant: Grant } | ProviderFault

export interface Provider {
  /** Where the browser goes to sign in. Throws `IssuerUnavailable`. */
  authorizationUrl(transaction: Transaction): Promise<string>
  /** Checks the answer (`iss`, `state`, error), redeems its code and checks the ID token (signature, `nonce`, claims). */
  redeemCode(search: string, transaction: Transaction): Promise<GrantOutcome>
  refresh(refreshToken: string): Promise<GrantOutcome>
  /**
   * Where the browser goes to sign out; undefined when the issuer offers no such place. Throws `IssuerUnavailable`.
   */
  endSessionUrl(parameters: Record<string, string>): Promise<string | undefined>
  /** For logout tokens. Throws `IssuerUnavailable`. */
  keys(): Promise<JWTVerifyGetKey>
}

export function provider(settings: Settings): Provider {
  const discover = discovery(settings, issuerFetch(settings.issuer, settings.issuerAddress))
  const redirectUri = settings.baseUrl + settings.paths.callback
  // RFC 8707 section 2: named again at the token endpoint, because one session may hold several audiences.
  const resource: Record<string, string> =
    settings.resource === undefined ? {} : { resource: settings.resource }
  return {
    async authorizationUrl(transaction) {
      const { configuration } = await discover()
      const url = openid.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: settings.scope,
        state: transaction.state,
        nonce: transaction.nonce,
        code_challenge: createHash('sha256').update(transaction.codeVerifier).digest('base64url'),
        code_challenge_method: 'S256',
        ...resource,
        ...stepUpParameters(transaction.wanted),
      })
      return url.href
    },

    redeemCode: (search, transaction) =>
      outcomeOf(async () => {
        const { configuration } = await discover()
        const url = new URL(redirectUri)
        url.search = search
        return openid.authorizationCodeGrant(
          configuration,
          url,
          {
            expectedState: transaction.state,
            expectedNonce: transaction.nonce,
            pkceCodeVerifier: transaction.codeVerifier,
            // Core section 3.1.3.7, step 13: whoever asked for it looks at auth_time.
            ...maxAgeOf(transaction.wanted),
          },
          resource,
        )
      }),

    refresh: (refreshToken) =>
      outcomeOf(async () => {
        const { configuration } = await discover()
        return openid.refreshTokenGrant(configuration, refreshToken, resource)
      }),

    async endSessionUrl(parameters) {
      const { configuration, metadata } = await discover()
      if (metadata.end_session_endpoint === undefined) return undefined
      return openid.buildEndSessionUrl(configuration, parameters).href
    },

    keys: async () => (await discover()).keys,
  }
}

/** RFC 9470 section 4. */
function stepUpParameters(wanted: StepUp | undefined): Record<string, string> {
  const { acrValues = [], maxAgeSeconds } = wanted ?? {}
  return {
    ...(acrValues.length > 0 && { acr_values: acrValues.join(' ') }),
    ...(maxAgeSeconds !== undefined && { max_age: String(maxAgeSeconds) }),
  }
}

function maxAgeOf({ maxAgeSeconds }: Partial<StepUp> = {}): { maxAge?: number } {
  return maxAgeSeconds === undefined ? {} : { maxAge: maxAgeSeconds }
}

type TokenAnswer = openid.TokenEndpointResponse & openid.TokenEndpointResponseHelpers

async function outcomeOf(request: () => Promise<TokenAnswer>): Promise<GrantOutcome> {
  try {
    return { kind: 'granted', grant: grantOf(await request()) }
  } catch (error) {
    return faultOf(error)
  }
}

function grantOf(answer: TokenAnswer): Grant {
  const claims = answer.claims()
  return {
    accessToken: answer.access_token,
    expiresInSeconds: Math.floor(answer.expires_in ?? LIMITS.accessTokenSeconds),
    refreshToken: answer.refresh_token,
    idToken: answer.id_token,
    person: claims === undefined ? undefined : personOf(claims),
  }
}

function personOf(claims: openid.IDToken): Person {
  const { sub } = claims
  const name = [claims['name'], claims['preferred_username']].find((each) => isText(each)) ?? sub
  const sid = claims['sid']
  return {
    sub,
    name: String(name).slice(0, LOGIN_LIMITS.personNameChars),
    sid: isText(sid) ? sid : undefined,
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
