/** Best current practice of OAuth security that no other suite holds: RFC 9700. */
import { authorize } from '../flows/authorize.ts'
import { granted, redeem, refresh, refreshTokenOf, signInTokens } from '../flows/tokens.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { expectEqual, expectThat, header, shown } from '../rule/expect.ts'
import { NotOffered } from '../rule/outcome.ts'
import { must, type Suite, should } from '../rule/rule.ts'

/** Long enough that nobody guesses: RFC 6749 section 10.10 wants 2^-128 at least. */
const LEAST_BITS = 128

function bitsOf(text: string): number {
  const alphabet = /^[0-9a-f]+$/.test(text) ? 16 : 64
  return text.replace(/[^A-Za-z0-9_-]/g, '').length * Math.log2(alphabet)
}

export const securitySuite: Suite = {
  name: 'security',
  title: 'Security best current practice (RFC 9700)',
  rules: [
    must(
      'security.no-implicit',
      'RFC 9700 §2.1.2',
      'No response type puts an access token into an address.',
      [],
      async ({ metadata }) => {
        const listed = metadata['response_types_supported']
        const types = Array.isArray(listed) ? listed.map(String) : []
        expectEqual(
          types.filter((type) => type.split(' ').includes('token')),
          [],
          'such response types',
        )
      },
    ),
    must(
      'security.implicit-refused',
      'RFC 9700 §2.1.2',
      'response_type=token is refused.',
      ['client basic'],
      async (issuer) => {
        for (const response_type of ['token', 'id_token token', 'code token']) {
          const { journey } = await authorize(issuer, { changes: { response_type } })
          const isToken = journey.kind === 'returned' && journey.parameters.has('access_token')
          expectThat(!isToken, `a token for ${response_type}`, 'unsupported_response_type')
        }
      },
    ),
    must(
      'security.codes-unguessable',
      'RFC 6749 §10.10',
      'Codes and tokens can not be guessed, and no two are the same.',
      ['client basic'],
      async (issuer) => {
        const seen = new Set<string>()
        for (let count = 0; count < 3; count++) {
          const { journey } = await authorize(issuer)
          const code = journey.kind === 'returned' ? (journey.parameters.get('code') ?? '') : ''
          expectThat(
            bitsOf(code) >= LEAST_BITS,
            `a code of ${code.length} characters`,
            `${LEAST_BITS} bits`,
          )
          seen.add(code)
        }
        expectEqual(seen.size, 3, 'different codes')
      },
    ),
    must(
      'security.refresh-reuse',
      'RFC 9700 §4.14.2',
      'When a replaced refresh token comes back later, its successors end as well.',
      ['client public', 'grant refresh_token'],
      async (issuer) => {
        const { body } = await signInTokens(issuer, { client: 'public', browser: issuer.browser() })
        const first = refreshTokenOf(body)
        const second = refreshTokenOf(granted(await refresh(issuer, 'public', first)).body)
        if (first === second) throw new NotOffered('refresh tokens are not replaced')
        const third = refreshTokenOf(granted(await refresh(issuer, 'public', second)).body)
        const reuse = await refresh(issuer, 'public', first)
        expectEqual(reuse.status, 400, 'the second use of the first token')
        const after = await refresh(issuer, 'public', third)
        expectEqual(after.status, 400, 'its last successor afterwards')
      },
    ),
    must(
      'security.issuer-from-settings',
      'RFC 9700 §4.13',
      'What a request says about its host changes nothing of what the issuer says about itself.',
      [],
      async (issuer) => {
        const headers = {
          'x-forwarded-host': 'attacker.example',
          'x-forwarded-proto': 'gopher',
          forwarded: 'host=attacker.example',
        }
        const answer = await issuer.send({ url: issuer.discovery.url, headers })
        expectThat(
          !answer.text.includes('attacker.example'),
          'the host of the request',
          issuer.settings.issuer,
        )
      },
    ),
    should(
      'security.host-header',
      'RFC 9700 §4.13',
      'The Host header of a request does not become the address of an endpoint.',
      [],
      async (issuer) => {
        const answer = await issuer.send({
          url: issuer.discovery.url,
          headers: { host: 'attacker.example' },
        })
        expectThat(
          !answer.text.includes('attacker.example'),
          'the host of the request',
          issuer.settings.issuer,
        )
      },
    ),
    must(
      'security.session-changes',
      'RFC 6265 §8.4',
      'Signing in gives the browser another session than it brought.',
      ['client basic'],
      async (issuer) => {
        const browser = issuer.browser()
        await authorize(issuer, { browser, person: null })
        const before = [...browser.cookies.values().values()]
        await authorize(issuer, { browser })
        const after = [...browser.cookies.values().values()]
        const isNew = after.some((value) => !before.includes(value))
        expectThat(isNew, 'only cookies of before', 'a new cookie')
      },
    ),
    must(
      'security.cookies',
      'RFC 6265 §4.1.2.6',
      'Cookies of the session are out of reach of scripts.',
      ['client basic'],
      async (issuer) => {
        for (const line of await sessionCookies(issuer)) {
          const [name = ''] = line.split('=')
          expectThat(/;\s*httponly/i.test(line), `${name} without HttpOnly`, 'HttpOnly')
        }
      },
    ),
    should(
      'security.same-site',
      'RFC 9700 §4.7',
      'They say SameSite.',
      ['client basic'],
      async (issuer) => {
        for (const line of await sessionCookies(issuer)) {
          const [name = ''] = line.split('=')
          expectThat(
            /;\s*samesite=(?:lax|strict)/i.test(line),
            `${name} without SameSite`,
            'Lax or Strict',
          )
        }
      },
    ),
    should(
      'security.scripts',
      'RFC 9700 §4.16',
      'Pages have a content security policy that lets no foreign script run.',
      ['client basic'],
      async (issuer) => {
        const { journey } = await authorize(issuer, { browser: issuer.browser(), person: null })
        expectThat(journey.kind === 'page', 'a redirect to the client', 'a sign-in page')
        const policy = header(journey.answer, 'content-security-policy')
        const isClosed = /\b(?:script|default)-src\s+[^;]*'(?:none|self|nonce-|sha256-)/.test(
          policy,
        )
        expectThat(isClosed, `content-security-policy ${shown(policy)}`, "script-src 'none'")
      },
    ),
    must(
      'security.redeemed-elsewhere',
      'RFC 9700 §4.5',
      'A code that was redeemed with a wrong verifier can not be tried again for ever: it is spent or still bound.',
      ['client basic'],
      async (issuer) => {
        const authorization = await authorize(issuer)
        for (const code_verifier of ['a'.repeat(43), 'b'.repeat(43)]) {
          const answer = await redeem(issuer, authorization, 'basic', { code_verifier })
          expectEqual(answer.status, 400, 'a wrong verifier')
        }
      },
    ),
  ],
}

/** All cookies of a sign-in. */
async function sessionCookies(issuer: Issuer): Promise<readonly string[]> {
  const browser = issuer.browser()
  await authorize(issuer, { browser })
  const lines = browser.cookies.received()
  expectThat(lines.length > 0, 'no cookie', 'the cookie of a session')
  return lines
}
