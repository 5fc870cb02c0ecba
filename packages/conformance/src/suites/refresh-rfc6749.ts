/** Refresh tokens: RFC 6749 section 6, RFC 9700 section 4.14, OpenID Connect Core section 12. */
import { granted, refresh, refreshTokenOf, signInTokens } from '../flows/tokens.ts'
import { expectError, expectThat } from '../rule/expect.ts'
import { must, type Suite } from '../rule/rule.ts'

const RULES = [
  must(
    'refresh.new-token',
    'RFC 6749 §6',
    'A refresh token gives a new access token.',
    ['client basic', 'grant refresh_token'],
    async (issuer) => {
      const { body, accessToken } = await signInTokens(issuer)
      const next = granted(await refresh(issuer, 'basic', refreshTokenOf(body)))
      expectThat(next.accessToken !== accessToken, 'the same access token', 'another access token')
    },
  ),
  must(
    'refresh.client',
    'RFC 6749 §6',
    'A refresh token is of no use to another client.',
    ['client basic', 'client second', 'grant refresh_token'],
    async (issuer) => {
      const { body } = await signInTokens(issuer)
      expectError(await refresh(issuer, 'second', refreshTokenOf(body)), ['invalid_grant'])
    },
  ),
  must(
    'refresh.unknown',
    'RFC 6749 §5.2',
    'An unknown refresh token is invalid_grant.',
    ['client basic', 'grant refresh_token'],
    async (issuer) => {
      expectError(await refresh(issuer, 'basic', 'no.such.token'), ['invalid_grant'])
    },
  ),
  must(
    'refresh.scope',
    'RFC 6749 §6',
    'A refresh can not gain a scope that was not granted.',
    ['client second', 'grant refresh_token'],
    async (issuer) => {
      const { body } = await signInTokens(issuer, {
        client: 'second',
        changes: { scope: 'openid' },
      })
      const token = refreshTokenOf(body)
      const answer = await refresh(issuer, 'second', token, { scope: 'openid email' })
      if (answer.status === 200) {
        const scope = String(granted(answer).body['scope'] ?? '')
        expectThat(/^openid$/.test(scope), `scope "${scope}"`, 'scope openid, or invalid_scope')
      } else expectError(answer, ['invalid_scope'])
    },
  ),
  must(
    'refresh.rotation',
    'RFC 9700 §4.14.2',
    'Refresh tokens of public clients are rotated, or bound to a key.',
    ['client public', 'grant refresh_token'],
    async (issuer) => {
      const { body } = await signInTokens(issuer, { client: 'public' })
      const first = refreshTokenOf(body)
      const second = refreshTokenOf(granted(await refresh(issuer, 'public', first)).body)
      expectThat(second !== first, 'the same refresh token', 'another refresh token')
    },
  ),
]

export const refreshSuite: Suite = {
  name: 'refresh',
  title: 'Refresh tokens (RFC 6749, OpenID Connect Core)',
  rules: RULES,
}
