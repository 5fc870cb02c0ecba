/** OpenID Connect RP-Initiated Logout 1.0. */

import { signJwt, unsignedJwt } from '../flows/client-assertion.ts'
import { jwtClaims } from '../flows/judge-jwt.ts'
import { proofKeyPair } from '../flows/proof-of-possession.ts'
import {
  isSignedIn,
  type SignedIn,
  type SignOutEnd,
  signedInAt,
  signOut,
} from '../flows/sign-out.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { expectEqual, expectThat } from '../rule/expect.ts'
import { NotOffered } from '../rule/outcome.ts'
import { must, type Rule, type Suite } from '../rule/rule.ts'

const NEEDS = ['client basic', 'endpoint end_session_endpoint'] as const

function goodbye(issuer: Issuer): string {
  const uri = issuer.client('basic').postLogoutRedirectUri
  if (uri === undefined) throw new NotOffered('client "basic" has no post_logout_redirect_uri')
  return uri
}

function expectSent(end: SignOutEnd, to: string): void {
  expectThat(end.kind === 'sent', 'a page of the issuer', to)
  expectEqual(end.to, to, 'sent to')
}

/** The person is not sent anywhere by a request that proves nothing. */
function expectStays(end: SignOutEnd): void {
  const received = end.kind === 'sent' ? `sent to ${end.to.split('?')[0]}` : 'a page'
  expectThat(end.kind === 'page', received, 'a page of the issuer')
}

const ENDING = [
  must(
    'logout.redirect',
    'RP-Initiated Logout §3',
    'With a valid hint the session ends, and the person returns to the registered address with the state.',
    NEEDS,
    async (issuer) => {
      const { browser, idToken } = await signedInAt(issuer, 'basic')
      const uri = goodbye(issuer)
      const parameters = { id_token_hint: idToken, post_logout_redirect_uri: uri, state: 'state-1' }
      expectSent(await signOut(issuer, browser, parameters), `${uri}?state=state-1`)
      expectEqual(await isSignedIn(issuer, browser, 'basic'), false, 'still signed in')
    },
  ),
  must(
    'logout.post',
    'RP-Initiated Logout §2',
    'The request may also come by POST.',
    NEEDS,
    async (issuer) => {
      const { browser, idToken } = await signedInAt(issuer, 'basic')
      const uri = goodbye(issuer)
      const parameters = { id_token_hint: idToken, post_logout_redirect_uri: uri }
      expectSent(await signOut(issuer, browser, parameters, 'POST'), uri)
      expectEqual(await isSignedIn(issuer, browser, 'basic'), false, 'still signed in')
    },
  ),
  must(
    'logout.no-state',
    'RP-Initiated Logout §3',
    'Without state in the request there is none at the return.',
    NEEDS,
    async (issuer) => {
      const { browser, idToken } = await signedInAt(issuer, 'basic')
      const uri = goodbye(issuer)
      expectSent(
        await signOut(issuer, browser, { id_token_hint: idToken, post_logout_redirect_uri: uri }),
        uri,
      )
    },
  ),
  ...(
    [
      ['no-params', 'without any parameter', () => ({})],
      ['only-state', 'with nothing but state', () => ({ state: 'state-1' })],
      [
        'no-redirect-uri',
        'with only a hint',
        ({ idToken }: SignedIn) => ({ id_token_hint: idToken }),
      ],
    ] as const
  ).map(([name, what, parameters]) =>
    must(
      `logout.${name}`,
      'RP-Initiated Logout §2',
      `A request ${what} signs out and ends at a page of the issuer.`,
      NEEDS,
      async (issuer) => {
        const signedIn = await signedInAt(issuer, 'basic')
        expectStays(await signOut(issuer, signedIn.browser, parameters(signedIn)))
        expectEqual(await isSignedIn(issuer, signedIn.browser, 'basic'), false, 'still signed in')
      },
    ),
  ),
]

type Hint = (
  signedIn: SignedIn,
  issuer: Issuer,
) => Promise<Record<string, string>> | Record<string, string>

function stays(id: string, spec: string, title: string, parameters: Hint): Rule {
  return must(id, spec, title, NEEDS, async (issuer) => {
    const signedIn = await signedInAt(issuer, 'basic')
    const given = { post_logout_redirect_uri: goodbye(issuer), state: 'state-1' }
    const sent = { ...given, ...(await parameters(signedIn, issuer)) }
    expectStays(await signOut(issuer, signedIn.browser, sent))
  })
}

const REFUSED = [
  stays(
    'logout.unregistered-uri',
    'RP-Initiated Logout §3',
    'Nobody is sent to an address that is not registered.',
    ({ idToken }) => ({
      id_token_hint: idToken,
      post_logout_redirect_uri: 'https://attacker.example/goodbye',
    }),
  ),
  stays(
    'logout.query-added',
    'RP-Initiated Logout §3',
    'Nobody is sent to a registered address with something added.',
    ({ idToken }, issuer) => ({
      id_token_hint: idToken,
      post_logout_redirect_uri: `${goodbye(issuer)}?foo=bar`,
    }),
  ),
  stays(
    'logout.no-hint',
    'RP-Initiated Logout §3',
    'Without hint or other proof of the client nobody is sent anywhere.',
    () => ({}),
  ),
  stays(
    'logout.unsigned-hint',
    'RP-Initiated Logout §2',
    'A hint whose signature was taken away is no hint.',
    ({ idToken }) => ({ id_token_hint: unsignedJwt(jwtClaims(idToken)) }),
  ),
  stays(
    'logout.foreign-hint',
    'RP-Initiated Logout §2',
    'A hint that somebody else has signed is no hint.',
    async ({ idToken }) => {
      const { privateKey } = await proofKeyPair()
      return { id_token_hint: await signJwt(jwtClaims(idToken), privateKey) }
    },
  ),
  stays(
    'logout.other-client',
    'RP-Initiated Logout §2',
    'A client_id that is not the audience of the hint is refused.',
    ({ idToken }) => ({ id_token_hint: idToken, client_id: 'another-client' }),
  ),
]

const METADATA = [
  must(
    'logout.endpoint',
    'RP-Initiated Logout §2.1',
    'The end_session_endpoint is an https address (http only on loopback).',
    ['endpoint end_session_endpoint'],
    async (issuer) => {
      const { protocol, hostname } = new URL(issuer.endpoint('end_session_endpoint'))
      const isLoopback = /^(?:127\.0\.0\.1|\[::1\]|(?:.+\.)?localhost)$/.test(hostname)
      expectThat(protocol === 'https:' || isLoopback, `${protocol}//${hostname}`, 'https')
    },
  ),
]

export const rpLogoutSuite: Suite = {
  name: 'logout',
  title: 'RP-Initiated Logout 1.0',
  rules: [...METADATA, ...ENDING, ...REFUSED],
}
