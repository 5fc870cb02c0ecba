/** OpenID Connect Front-Channel Logout 1.0. */

import { jwtClaims } from '../flows/judge-jwt.ts'
import { signedInAt, signOut } from '../flows/sign-out.ts'
import { unescapeHtml } from '../http/html-form.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { expectEqual, expectThat, shown } from '../rule/expect.ts'
import { must, type Suite } from '../rule/rule.ts'

const NEEDS = [
  'client frontchannel',
  'endpoint end_session_endpoint',
  'flag frontchannel_logout_supported',
] as const

/** The frame of the client in the page after signing out. */
async function frameOf(issuer: Issuer) {
  const { browser, idToken } = await signedInAt(issuer, 'frontchannel')
  const end = await signOut(issuer, browser, { id_token_hint: idToken })
  expectThat(end.kind === 'page', 'sent away', 'a page with frames')
  const wanted = issuer.client('frontchannel').frontchannelLogoutUri ?? ''
  const frames = [...end.answer.text.matchAll(/<iframe\b[^>]*\bsrc="([^"]*)"/gi)]
  const addresses = frames.map(([, src = '']) => unescapeHtml(src))
  const address = addresses.find((one) => one.startsWith(wanted))
  expectThat(address !== undefined, `frames ${shown(addresses)}`, `a frame of ${wanted}`)
  return { url: new URL(address), claims: jwtClaims(idToken), answer: end.answer }
}

export const frontchannelSuite: Suite = {
  name: 'frontchannel',
  title: 'Front-Channel Logout 1.0',
  rules: [
    must(
      'frontchannel.frame',
      'Front-Channel §3',
      'After signing out the page loads the address of the client in a frame.',
      NEEDS,
      async (issuer) => void (await frameOf(issuer)),
    ),
    must(
      'frontchannel.session',
      'Front-Channel §3',
      'A client that wants it is told the session, by iss and sid together.',
      [...NEEDS, 'flag frontchannel_logout_session_supported'],
      async (issuer) => {
        const { url, claims } = await frameOf(issuer)
        expectEqual(url.searchParams.get('iss'), issuer.settings.issuer, 'iss')
        expectEqual(url.searchParams.get('sid'), claims['sid'], 'sid')
      },
    ),
    must(
      'frontchannel.allowed',
      'CSP Level 3 §6.1.4',
      'The content security policy of the page lets that frame load.',
      NEEDS,
      async (issuer) => {
        const { url, answer } = await frameOf(issuer)
        const policy = String(answer.headers['content-security-policy'] ?? '')
        const sourcesOf = (name: string) =>
          new RegExp(`(?:^|;)\\s*${name}-src\\s+([^;]*)`).exec(policy)?.[1]
        const sources = sourcesOf('frame') ?? sourcesOf('child') ?? sourcesOf('default')
        const isAllowed =
          sources === undefined || sources.includes(url.origin) || sources.includes('*')
        expectThat(isAllowed, `frame-src ${sources}`, url.origin)
      },
    ),
  ],
}
