import { CALLBACK, type TestBrowser, type TestIssuer, VERIFIER } from './test-issuer.ts'

export const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

/** The requests that tests of the token endpoint make, by the client `orders` unless another is named. */
export function tokenRequests(issuer: TestIssuer) {
  const redeem = (code: string, more: Record<string, string> = {}, clientId = 'orders') =>
    issuer.post(
      '/token',
      {
        grant_type: 'authorization_code',
        code,
        redirect_uri: CALLBACK,
        code_verifier: VERIFIER,
        ...more,
      },
      clientId,
    )
  const refresh = (refreshToken: string, more: Record<string, string> = {}, clientId = 'orders') =>
    issuer.post(
      '/token',
      { grant_type: 'refresh_token', refresh_token: refreshToken, ...more },
      clientId,
    )
  const exchange = (subjectToken: string, more: Record<string, string> = {}, clientId = 'orders') =>
    issuer.post(
      '/token',
      {
        grant_type: EXCHANGE,
        subject_token: subjectToken,
        subject_token_type: ACCESS_TOKEN,
        ...more,
      },
      clientId,
    )
  async function codeOf(
    browser: TestBrowser = issuer.browser(),
    query: Record<string, string> = {},
  ) {
    return (await browser.signIn('ada', query)).get('code') ?? ''
  }
  async function tokensOf(browser?: TestBrowser, query?: Record<string, string>) {
    const answer = await redeem(await codeOf(browser, query))
    return answer.json<{ access_token: string; refresh_token: string; id_token: string }>()
  }

  return { redeem, refresh, exchange, codeOf, tokensOf }
}
