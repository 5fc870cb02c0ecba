import type { JWK } from 'jose'
import type { ClientRole } from './client-roles.ts'

/** What the suites know about the issuer besides what it publishes. Read by `readSettings`; wire names end there. */
export interface Settings {
  /** The `iss` of everything, to the letter. */
  readonly issuer: string
  /** Where it is reached, when not at its name. */
  readonly issuerAddress?: string
  /** Somebody who may sign in at every client. */
  readonly user: Person
  /** Another one. */
  readonly otherUser?: Person
  readonly clients: Readonly<Partial<Record<ClientRole, ClientSettings>>>
  readonly pages: PageNames
  /** For how long a code can be redeemed; the rule about its end waits for so long. */
  readonly codeSeconds: number
  /** For how long a pushed request can be used, when a rule may wait for that. */
  readonly pushedRequestSeconds?: number
  /** Where logout tokens arrive: `127.0.0.1:8765`. */
  readonly listen?: { readonly host: string; readonly port: number }
  /** Resource indicators: two that client `resource` may ask for, and one that it may not. */
  readonly resources?: readonly string[]
  /** `authorization_details` that client `details` may have. */
  readonly authorizationDetails?: readonly Readonly<Record<string, unknown>>[]
  readonly exchange?: ExchangeSettings
  /** RFC 7591 section 3: what opens registration. */
  readonly initialAccessToken?: string
  /** A service that accepts the issuer's tokens, for the rules about services. */
  readonly protectedResource?: ProtectedResourceSettings
  /** Two values of `acr`, the weaker first; the user reaches the first only. */
  readonly acr?: readonly string[]
}

/** Settings that a rule may need. */
export type OptionalSetting = {
  [K in keyof Settings]-?: undefined extends Settings[K] ? K : never
}[keyof Settings]

export interface Person {
  readonly username: string
  readonly password: string
}

export type AuthMethod = 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | 'none'

export interface ClientSettings {
  readonly id: string
  readonly authMethod: AuthMethod
  readonly secret?: string
  /** Private keys, the first is used. */
  readonly keys?: readonly JWK[]
  readonly redirectUri: string
  readonly postLogoutRedirectUri?: string
  readonly backchannelLogoutUri?: string
  readonly frontchannelLogoutUri?: string
  /** Default `openid`. */
  readonly scope: string
}

/** Which token is exchanged for which. */
export interface ExchangeSettings {
  /** The client that gets the subject token by sign-in, and for which resource. */
  readonly subject: ClientRole
  readonly subjectResource?: string
  /** What the exchanging client asks for. */
  readonly resource?: string
}

export interface ProtectedResourceSettings {
  /** Its identifier, which is also where its metadata is found. */
  readonly resource: string
  /** An address below it that wants a token, by GET. */
  readonly url: string
  /** Where it is reached, when not at its name. */
  readonly address?: string
}

/** Names in the issuer's pages, by which a simple HTML client finds its way. `name=value` where a name is shared. */
export interface PageNames {
  readonly signIn: { readonly username: string; readonly password: string }
  readonly consent: { readonly allow: string; readonly deny: string }
  readonly signOut: { readonly confirm: string }
  readonly device: { readonly userCode: string; readonly allow: string; readonly deny: string }
}
