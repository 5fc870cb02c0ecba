/** From a sign-in to tokens: RFC 6749 section 4.1.3, OpenID Connect Core section 3.1.3. */
import type { Answer } from '../http/exchange.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { expectStatus, jsonOf, textMember } from '../rule/expect.ts'
import { NotOffered } from '../rule/outcome.ts'
import type { ClientRole } from '../settings/client-roles.ts'
import type { ClientSettings } from '../settings/settings.ts'
import { type Authorization, type AuthorizeOptions, authorize, codeOf } from './authorize.ts'
import { type ClientRequestOptions, clientRequest, type Form } from './client-request.ts'

export interface Tokens {
  /** The whole answer of the token endpoint. */
  readonly body: Readonly<Record<string, unknown>>
  readonly answer: Answer
  readonly accessToken: string
  readonly authorization: Authorization
  readonly client: ClientSettings
}

/** Posts to the token endpoint as this client. */
export async function tokenRequest(
  issuer: Issuer,
  role: ClientRole,
  form: Form,
  options: ClientRequestOptions = {},
): Promise<Answer> {
  return await clientRequest(issuer, 'token_endpoint', issuer.client(role), form, options)
}

/** The form that redeems the code of this authorization. */
export function codeForm(authorization: Authorization): Form {
  const { parameters, proofKey } = authorization.request
  return {
    grant_type: 'authorization_code',
    code: codeOf(authorization),
    redirect_uri: parameters['redirect_uri'],
    code_verifier: parameters['code_challenge'] === undefined ? undefined : proofKey.verifier,
  }
}

/** Redeems the code of an authorization with these changes to the form; undefined leaves a field out. */
export async function redeem(
  issuer: Issuer,
  authorization: Authorization,
  role: ClientRole = 'basic',
  changes: Form = {},
  options: ClientRequestOptions = {},
): Promise<Answer> {
  return await tokenRequest(issuer, role, { ...codeForm(authorization), ...changes }, options)
}

/** The whole code flow; ends the rule when it does not lead to an access token. */
export async function signInTokens(
  issuer: Issuer,
  options: AuthorizeOptions = {},
): Promise<Tokens> {
  const role = options.client ?? 'basic'
  const authorization = await authorize(issuer, options)
  const answer = await redeem(issuer, authorization, role)
  return { ...granted(answer), authorization, client: issuer.client(role) }
}

/** A successful token answer. */
export function granted(answer: Answer): Pick<Tokens, 'body' | 'answer' | 'accessToken'> {
  expectStatus(answer, 200)
  const body = jsonOf(answer)
  return { body, answer, accessToken: textMember(body, 'access_token') }
}

export async function refresh(
  issuer: Issuer,
  role: ClientRole,
  refreshToken: string,
  changes: Form = {},
): Promise<Answer> {
  const form = { grant_type: 'refresh_token', refresh_token: refreshToken, ...changes }
  return await tokenRequest(issuer, role, form)
}

/** The refresh token of an answer; a rule about it has nothing to look at without one. */
export function refreshTokenOf(body: Readonly<Record<string, unknown>>): string {
  const token = body['refresh_token']
  if (typeof token !== 'string') throw new NotOffered('the client is given no refresh token')
  return token
}
