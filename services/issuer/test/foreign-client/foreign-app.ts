import type { AddressInfo } from 'node:net'
import type { LightMyRequestResponse } from 'fastify'
import * as oidc from 'openid-client'
import type { Test } from 'tap'
import {
  CALLBACK,
  hiddenFields,
  ISSUER,
  isConsent,
  passwordOf,
  type TestBrowser,
  type TestIssuer,
  type TestIssuerOptions,
  testIssuer,
} from '../test-issuer.ts'

export interface ListeningIssuer {
  readonly issuer: TestIssuer
  /** Leads requests for the public address to the port that this test has. */
  readonly toIssuer: oidc.CustomFetch
  /** What the library knows of the issuer by its discovery document and nothing else. */
  discover(
    id: string,
    authentication: oidc.ClientAuth,
    metadata?: Partial<oidc.ClientMetadata>,
  ): Promise<oidc.Configuration>
}

/** An issuer on a port of its own, for a library that knows nothing of us: openid-client. */
export async function listeningIssuer(
  t: Test,
  options?: TestIssuerOptions,
): Promise<ListeningIssuer> {
  const issuer = await testIssuer(options)
  await issuer.app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => issuer.close())
  const { port } = issuer.app.server.address() as AddressInfo
  const toIssuer: oidc.CustomFetch = (url, options) =>
    fetch(url.replace(ISSUER, `http://127.0.0.1:${port}`), options as RequestInit)
  return {
    issuer,
    toIssuer,
    discover: (id, authentication, metadata) =>
      oidc.discovery(new URL(ISSUER), id, metadata, authentication, {
        execute: [oidc.allowInsecureRequests],
        [oidc.customFetch]: toIssuer,
      }),
  }
}

/** What an app sends to have its sign-in protected, and what it checks in the answer. */
export async function protection() {
  const verifier = oidc.randomPKCECodeVerifier()
  const state = oidc.randomState()
  const nonce = oidc.randomNonce()
  return {
    sent: {
      redirect_uri: CALLBACK,
      scope: 'openid profile email',
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    },
    checks: { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce },
  }
}

/** A person opens the address that the library has built, signs in where asked to, and allows what is asked. */
export async function follow(
  browser: TestBrowser,
  url: URL,
  username = 'ada',
): Promise<LightMyRequestResponse> {
  let page = await browser.get(`${url.pathname}${url.search}`)
  if (page.body.includes('name="password"')) {
    const password = passwordOf(username)
    page = await browser.submit('/sign-in', { ...hiddenFields(page.body), username, password })
  }
  return isConsent(page) ? await browser.allow(page) : page
}

/** Where a response leads: the address that the app's callback is opened with. */
export function callbackOf(answer: LightMyRequestResponse): URL {
  const { location } = answer.headers
  if (location === undefined) throw new Error(`no redirect: ${answer.body}`)
  return new URL(location)
}

/** The same for `response_mode=form_post`: the request that the browser posts to the app. */
export function postedCallback(answer: LightMyRequestResponse): Request {
  const action = /<form[^>]* action="([^"]*)"/.exec(answer.body)?.[1] ?? ''
  return new Request(action, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(hiddenFields(answer.body)).toString(),
  })
}

/** The error code that the library reports for what fails; of an answer that asks for other credentials, its status. */
export async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'no error'
  } catch (error) {
    if (error instanceof oidc.WWWAuthenticateChallengeError) return String(error.status)
    const isCoded =
      error instanceof oidc.ResponseBodyError || error instanceof oidc.AuthorizationResponseError
    return isCoded ? error.error : String(error)
  }
}
