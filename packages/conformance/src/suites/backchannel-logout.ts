/** OpenID Connect Back-Channel Logout 1.0. */
import { type JudgedJwt, judgeJwt, jwtClaims, jwtHeader } from '../flows/judge-jwt.ts'
import { type SignedIn, signedInAt, signOut } from '../flows/sign-out.ts'
import { refresh, refreshTokenOf, signInTokens } from '../flows/tokens.ts'
import type { Issuer } from '../issuer/issuer.ts'
import type { LogoutDelivery } from '../issuer/logout-listener.ts'
import { expectEqual, expectError, expectThat, shown, textMember } from '../rule/expect.ts'
import { must, type Suite, should } from '../rule/rule.ts'

const NEEDS = [
  'client backchannel',
  'setting listen',
  'endpoint end_session_endpoint',
  'flag backchannel_logout_supported',
] as const
const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
const DELIVERY_MS = 10_000

/** Signs in, signs out, and waits for the logout token of that session. */
async function loggedOut(
  issuer: Issuer,
): Promise<{ signedIn: SignedIn; delivery: LogoutDelivery }> {
  const listener = await issuer.logoutTokens()
  const signedIn = await signedInAt(issuer, 'backchannel')
  const { sid, sub } = jwtClaims(signedIn.idToken)
  await signOut(issuer, signedIn.browser, { id_token_hint: signedIn.idToken })
  const isOurs = ({ parameters }: LogoutDelivery) => {
    const token = parameters.get('logout_token') ?? ''
    if (jwtHeader(token) === undefined) return false
    const claims = jwtClaims(token)
    return claims['sid'] === undefined ? claims['sub'] === sub : claims['sid'] === sid
  }
  const delivery = await listener.waitFor(isOurs, DELIVERY_MS)
  expectThat(
    delivery !== undefined,
    'no logout token',
    `a logout token within ${DELIVERY_MS / 1000} s`,
  )
  return { signedIn, delivery }
}

async function logoutToken(issuer: Issuer): Promise<JudgedJwt & { signedIn: SignedIn }> {
  const { signedIn, delivery } = await loggedOut(issuer)
  const text = delivery.parameters.get('logout_token') ?? ''
  const judged = await judgeJwt(issuer, text, { audience: issuer.client('backchannel').id })
  return { ...judged, signedIn }
}

export const backchannelSuite: Suite = {
  name: 'backchannel',
  title: 'Back-Channel Logout 1.0',
  rules: [
    must(
      'backchannel.metadata',
      'Back-Channel §2.1',
      'Whether sessions are named is said beside whether logout tokens are sent.',
      ['flag backchannel_logout_supported'],
      async ({ metadata }) => {
        const value = metadata['backchannel_logout_session_supported']
        expectThat(typeof value === 'boolean', shown(value), 'true or false')
      },
    ),
    must(
      'backchannel.delivery',
      'Back-Channel §2.5',
      'Signing out posts a form with a logout token to the client.',
      NEEDS,
      async (issuer) => {
        const { delivery } = await loggedOut(issuer)
        expectEqual(delivery.method, 'POST', 'method')
        const type = delivery.contentType
        expectThat(/^application\/x-www-form-urlencoded\b/.test(type), type, 'a form')
        expectEqual([...delivery.parameters.keys()], ['logout_token'], 'parameters')
      },
    ),
    must(
      'backchannel.token',
      'Back-Channel §2.4',
      'The logout token has iss, aud, iat, exp, jti, and exactly the event of logout; no nonce.',
      NEEDS,
      async (issuer) => {
        const { claims } = await logoutToken(issuer)
        for (const name of ['iat', 'exp']) expectEqual(typeof claims[name], 'number', name)
        textMember(claims, 'jti')
        expectEqual(claims['events'], { [EVENT]: {} }, 'events')
        expectEqual(claims['nonce'], undefined, 'nonce')
      },
    ),
    must(
      'backchannel.session',
      'Back-Channel §2.4',
      'It names the session (or the person) of the ID token.',
      NEEDS,
      async (issuer) => {
        const { claims, signedIn } = await logoutToken(issuer)
        const { sid, sub } = jwtClaims(signedIn.idToken)
        expectThat(
          claims['sid'] !== undefined || claims['sub'] !== undefined,
          'neither',
          'sid or sub',
        )
        expectEqual(claims['sid'] ?? sid, sid, 'sid')
        expectEqual(claims['sub'] ?? sub, sub, 'sub')
      },
    ),
    should(
      'backchannel.type',
      'Back-Channel §2.4',
      'Its type is that of logout tokens, so that it can be taken for nothing else.',
      NEEDS,
      async (issuer) => {
        const { header } = await logoutToken(issuer)
        expectEqual(header['typ'], 'logout+jwt', 'typ')
        expectThat(header['alg'] !== 'none', 'alg none', 'a signature')
      },
    ),
    should(
      'backchannel.short-lived',
      'Back-Channel §2.4',
      'It lives two minutes at most.',
      NEEDS,
      async (issuer) => {
        const { claims } = await logoutToken(issuer)
        const seconds = Number(claims['exp']) - Number(claims['iat'])
        expectThat(seconds > 0 && seconds <= 120, `${seconds} s`, 'up to 120 s')
      },
    ),
    should(
      'backchannel.refresh',
      'Back-Channel §2.7',
      'Refresh tokens of the session, without offline_access, end with it.',
      [...NEEDS, 'grant refresh_token'],
      async (issuer) => {
        const browser = issuer.browser()
        const { body } = await signInTokens(issuer, { client: 'backchannel', browser })
        const token = refreshTokenOf(body)
        await signOut(issuer, browser, { id_token_hint: String(body['id_token']) })
        expectError(await refresh(issuer, 'backchannel', token), ['invalid_grant'])
      },
    ),
  ],
}
