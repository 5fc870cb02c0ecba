/** Client authentication by signed JWT: RFC 7523 section 2.2, OpenID Connect Core section 9 (private_key_jwt). */
import { importJWK, type JWK, type JWTPayload, SignJWT } from 'jose'
import type { Issuer } from '../issuer/issuer.ts'
import type { ClientSettings } from '../settings/settings.ts'
import { randomText } from './proof-key.ts'

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const LIFETIME_SECONDS = 60

export interface AssertionChanges {
  /** Members with the value undefined are left out. */
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  /** Signs instead of the client's key. */
  readonly key?: JWK
}

/** The form fields of an assertion. Its audience is the issuer as one text, which every profile accepts. */
export async function clientAssertion(
  client: ClientSettings,
  issuer: Issuer,
  changes: AssertionChanges = {},
) {
  return assertionForm(client, await signAssertion(client, issuer, changes))
}

/** The same fields around any text. */
export function assertionForm(client: ClientSettings, assertion: string) {
  return {
    client_id: client.id,
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: assertion,
  }
}

export async function signAssertion(
  client: ClientSettings,
  { settings }: Issuer,
  changes: AssertionChanges = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iss: client.id,
    sub: client.id,
    aud: settings.issuer,
    jti: randomText(),
    iat: now,
    exp: now + LIFETIME_SECONDS,
    ...changes.claims,
  }
  return await signJwt(claims, changes.key ?? keyOf(client), changes.header)
}

export function keyOf({ keys }: ClientSettings): JWK {
  const [key] = keys ?? []
  if (key === undefined) throw new TypeError('this client has no keys in the settings')
  return key
}

/** Signs a JWT with a private JWK; header members with the value undefined are left out. */
export async function signJwt(
  claims: Readonly<Record<string, unknown>>,
  key: JWK,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const { alg = 'ES256', kid } = key
  const signing = {
    alg: String(header['alg'] ?? alg),
    ...(kid !== undefined && { kid }),
    ...header,
  }
  const signer = new SignJWT(JSON.parse(JSON.stringify(claims)) as JWTPayload)
  return await signer
    .setProtectedHeader(JSON.parse(JSON.stringify(signing)))
    .sign(await importJWK(key, signing.alg))
}

/** The same claims without any signature: RFC 7519 section 6. */
export function unsignedJwt(claims: Readonly<Record<string, unknown>>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part(claims)}.`
}
