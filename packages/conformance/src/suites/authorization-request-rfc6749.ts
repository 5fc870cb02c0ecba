/** Authorization requests, their faults and where those are told: RFC 6749 sections 3.1 and 4.1, RFC 9700 section 2.1. */
import { authorizationRequest, authorizationUrl } from '../flows/authorization-request.ts'
import {
  authorize,
  codeOf,
  expectErrorPage,
  expectErrorRedirect,
  expectRefusal,
} from '../flows/authorize.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { expectThat } from '../rule/expect.ts'
import { must, type Suite, should } from '../rule/rule.ts'

const FLOW = [
  must(
    'request.get',
    'RFC 6749 §3.1',
    'A request by GET leads to a code and the unchanged state.',
    ['client basic'],
    async (issuer) => void codeOf(await authorize(issuer)),
  ),
  must(
    'request.post',
    'Core §3.1.2.1',
    'A request by POST leads to a code as well.',
    ['client basic'],
    async (issuer) => void codeOf(await authorize(issuer, { method: 'POST' })),
  ),
  must(
    'request.order',
    'RFC 6749 §3.3',
    'The order of parameters and of scopes has no meaning.',
    ['client basic'],
    async (issuer) => {
      const { parameters } = authorizationRequest(issuer, 'basic')
      const names = Object.keys(parameters).reverse()
      const sent = (given: Readonly<Record<string, string>>) =>
        Object.fromEntries(names.map((name) => [name, given[name] ?? '']))
      const scope = issuer.client('basic').scope.split(' ').reverse().join(' ')
      codeOf(await authorize(issuer, { changes: { scope }, arranged: sent }))
    },
  ),
  must(
    'request.state-characters',
    'RFC 6749 §4.1.2',
    'The state comes back exactly, whatever its characters.',
    ['client basic'],
    async (issuer) => {
      const state = ' ~!@#$%^&*()_+=-`[]{}|;\':",./<>?\\ é 世界'
      codeOf(await authorize(issuer, { changes: { state } }))
    },
  ),
  must(
    'request.no-state',
    'RFC 6749 §4.1.2',
    'Without state in the request there is none in the answer.',
    ['client basic'],
    async (issuer) => void codeOf(await authorize(issuer, { changes: { state: undefined } })),
  ),
  must(
    'request.unknown-parameter',
    'RFC 6749 §3.1',
    'Unknown parameters are ignored.',
    ['client basic'],
    async (issuer) => void codeOf(await authorize(issuer, { changes: { extra: 'foobar' } })),
  ),
  must(
    'request.empty-parameter',
    'RFC 6749 §3.1',
    'A parameter without a value counts as left out.',
    ['client basic'],
    async (issuer) =>
      void codeOf(await authorize(issuer, { changes: { login_hint: '', display: '' } })),
  ),
  must(
    'request.see-other',
    'RFC 9700 §4.12',
    'The redirect after a sign-in does not repeat the POST with the password (status 307 or 308).',
    ['client basic'],
    async (issuer) => {
      const { journey } = await authorize(issuer, { browser: issuer.browser() })
      const status = journey.kind === 'returned' ? journey.status : journey.answer.status
      expectThat(
        status === 302 || status === 303 || status === 200,
        `status ${status}`,
        '303 or 302',
      )
    },
  ),
]

/** Changes that make another address of a registered one; each must be refused. */
const REDIRECT_URI_TRICKS: Readonly<Record<string, (uri: string) => string>> = {
  'another host': (uri) => uri.replace(new URL(uri).host, 'attacker.example'),
  'a host below it': (uri) => uri.replace(new URL(uri).host, `attacker.${new URL(uri).host}`),
  'a longer host': (uri) => uri.replace(new URL(uri).host, `${new URL(uri).host}.attacker.example`),
  'an added path': (uri) => `${uri}/more`,
  'dot segments': (uri) => `${uri}/../${uri.split('/').at(-1)}`,
  'encoded dot segments': (uri) => `${uri}/%2e%2e/evil`,
  'an added query': (uri) => `${uri}?foo=bar`,
  'a fragment': (uri) => `${uri}#evil`,
  'a trailing slash': (uri) => `${uri}/`,
  'another letter case': (uri) => uri.replace(new URL(uri).host, new URL(uri).host.toUpperCase()),
  'a user name': (uri) => uri.replace('://', '://attacker.example@'),
  'its default port': (uri) => uri.replace(new URL(uri).host, `${new URL(uri).hostname}:443`),
  'another scheme': (uri) => uri.replace(/^https:/, 'javascript:'),
}

const REDIRECTS = [
  must(
    'request.redirect-uri-unregistered',
    'RFC 6749 §3.1.2.4',
    'An unregistered redirect_uri is told to the person, who is sent nowhere.',
    ['client basic'],
    async (issuer) => {
      const redirect_uri = 'https://attacker.example/callback'
      expectErrorPage(await authorize(issuer, { changes: { redirect_uri } }))
    },
  ),
  must(
    'request.redirect-uri-exact',
    'RFC 9700 §2.1',
    'A redirect_uri is compared to the letter: nothing that only resembles a registered one is accepted.',
    ['client basic'],
    async (issuer) => {
      const { redirectUri } = issuer.client('basic')
      for (const [trick, change] of Object.entries(REDIRECT_URI_TRICKS)) {
        const changes = { redirect_uri: change(redirectUri) }
        const { journey } = await authorize(issuer, { changes })
        const isPage = journey.kind === 'page' && journey.answer.status >= 400
        expectThat(isPage, `no error page for ${trick}`, 'an error page and no redirect')
      }
    },
  ),
  must(
    'request.redirect-uri-missing',
    'Core §3.1.2.1',
    'An OpenID request without redirect_uri is refused, and nobody is redirected.',
    ['client basic'],
    async (issuer) =>
      expectErrorPage(await authorize(issuer, { changes: { redirect_uri: undefined } })),
  ),
  must(
    'request.client-unknown',
    'RFC 6749 §4.1.2.1',
    'An unknown client_id is told to the person, who is sent nowhere.',
    ['client basic'],
    async (issuer) => {
      expectErrorPage(
        await authorize(issuer, { changes: { client_id: 'nobody-knows-this-client' } }),
      )
    },
  ),
  must(
    'request.client-missing',
    'RFC 6749 §4.1.2.1',
    'A missing client_id is told to the person, who is sent nowhere.',
    ['client basic'],
    async (issuer) =>
      expectErrorPage(await authorize(issuer, { changes: { client_id: undefined } })),
  ),
  must(
    'request.error-before-sign-in',
    'RFC 6749 §4.1.2.1',
    'Faults of the request are told to the client with its state, also where nobody is signed in.',
    ['client basic'],
    async (issuer) => {
      const changes = { response_type: 'no-such-type' }
      const browser = issuer.browser()
      expectErrorRedirect(await authorize(issuer, { changes, browser }), ...RESPONSE_TYPE_ERRORS)
    },
  ),
]

const RESPONSE_TYPE_ERRORS = ['unsupported_response_type', 'invalid_request', 'unauthorized_client']

const PARAMETERS = [
  must(
    'request.response-type-missing',
    'RFC 6749 §4.1.2.1',
    'A request without response_type is refused.',
    ['client basic'],
    async (issuer) => {
      const answer = await authorize(issuer, { changes: { response_type: undefined } })
      expectRefusal(answer, 'invalid_request', 'unsupported_response_type')
    },
  ),
  must(
    'request.response-type-unknown',
    'RFC 6749 §4.1.2.1',
    'An unknown response_type is unsupported_response_type.',
    ['client basic'],
    async (issuer) => {
      const answer = await authorize(issuer, { changes: { response_type: 'no-such-type' } })
      expectErrorRedirect(answer, 'unsupported_response_type')
    },
  ),
  must(
    'request.repeated-parameter',
    'RFC 6749 §3.1',
    'A parameter that stands there twice makes the request invalid.',
    ['client basic'],
    async (issuer) => {
      for (const name of ['state', 'nonce', 'scope', 'response_type']) {
        const authorization = await authorize(issuer, { extra: `&${name}=again` })
        const { journey } = authorization
        const isCode = journey.kind === 'returned' && journey.parameters.has('code')
        expectThat(!isCode, `a code in spite of two ${name}`, 'invalid_request')
        const wasAsked = journey.asked.length > 0
        expectThat(!wasAsked, `a sign-in page in spite of two ${name}`, 'invalid_request')
      }
    },
  ),
  must(
    'request.cors',
    'RFC 9700 §2.6',
    'The authorization endpoint does not let scripts of other origins read it.',
    [],
    async (issuer) => {
      const url = authorizationUrl(issuer, { client_id: 'x' })
      const headers = { origin: 'https://attacker.example' }
      const answer = await issuer.send({ url, headers })
      const allowed = answer.headers['access-control-allow-origin']
      expectThat(allowed === undefined, `access-control-allow-origin ${allowed}`, 'no such header')
    },
  ),
  must(
    'request.frames',
    'RFC 9700 §4.16',
    'The sign-in page can not be put into a frame of another site.',
    ['client basic'],
    async (issuer) => {
      const { headers } = await signInPage(issuer)
      const policy = String(headers['content-security-policy'] ?? '')
      const isClosed = /frame-ancestors\s+'(?:none|self)'/.test(policy)
      const isOld = /^(?:deny|sameorigin)$/i.test(String(headers['x-frame-options'] ?? ''))
      expectThat(isClosed || isOld, 'neither frame-ancestors nor x-frame-options', 'one of them')
    },
  ),
  should(
    'request.referrer',
    'RFC 9700 §4.2.4',
    'The sign-in page tells nobody its address by a Referer header.',
    ['client basic'],
    async (issuer) => {
      const policy = String((await signInPage(issuer)).headers['referrer-policy'] ?? '')
      expectThat(
        /no-referrer|same-origin|origin/.test(policy),
        `referrer-policy "${policy}"`,
        'no-referrer',
      )
    },
  ),
  should(
    'request.page-not-stored',
    'RFC 9111 §5.2.2.5',
    'The sign-in page is not stored by browsers and proxies.',
    ['client basic'],
    async (issuer) => {
      const value = String((await signInPage(issuer)).headers['cache-control'] ?? '')
      expectThat(/no-store/.test(value), `cache-control "${value}"`, 'no-store')
    },
  ),
]

async function signInPage(issuer: Issuer) {
  const { journey } = await authorize(issuer, { browser: issuer.browser(), person: null })
  expectThat(journey.kind === 'page', 'a redirect to the client', 'a sign-in page')
  return journey.answer
}

export const authorizationRequestSuite: Suite = {
  name: 'request',
  title: 'Authorization requests (RFC 6749, RFC 9700)',
  rules: [...FLOW, ...REDIRECTS, ...PARAMETERS],
}
