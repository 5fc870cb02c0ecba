/** Metadata: OpenID Connect Discovery 1.0 sections 3 and 4, RFC 8414 sections 2 and 3. */
import type { Issuer, Metadata } from '../issuer/issuer.ts'
import { expectEqual, expectStatus, expectThat, jsonOf, shown } from '../rule/expect.ts'
import { NotOffered } from '../rule/outcome.ts'
import { must, type Suite, should } from '../rule/rule.ts'

const REQUIRED = [
  'issuer',
  'authorization_endpoint',
  'token_endpoint',
  'jwks_uri',
  'response_types_supported',
  'subject_types_supported',
  'id_token_signing_alg_values_supported',
]

const DOCUMENT = [
  must(
    'discovery.document',
    'Discovery §4.2',
    'The metadata is a JSON object with status 200 and content type application/json.',
    [],
    async ({ discovery }) => {
      expectStatus(discovery, 200)
      jsonOf(discovery)
    },
  ),
  must(
    'discovery.issuer',
    'Discovery §4.3',
    'The issuer of the metadata is the address that it was asked at, to the letter.',
    [],
    async ({ metadata, settings }) => expectEqual(metadata['issuer'], settings.issuer, 'issuer'),
  ),
  must(
    'discovery.issuer-form',
    'RFC 8414 §2',
    'The issuer is an https URL (http only on loopback) without query and fragment.',
    [],
    async ({ settings }) => {
      expectThat(!/[?#]/.test(settings.issuer), settings.issuer, 'no query and no fragment')
      expectSecure(settings.issuer, 'issuer')
    },
  ),
  must(
    'discovery.required',
    'Discovery §3',
    'The metadata has every required member.',
    [],
    async ({ metadata }) => {
      const missing = REQUIRED.filter((name) => metadata[name] === undefined)
      expectEqual(missing, [], 'missing members')
    },
  ),
  must(
    'discovery.endpoints',
    'Discovery §3',
    'Every endpoint is an absolute https URL (http only on loopback) without fragment.',
    [],
    async ({ metadata }) => {
      for (const [name, value] of Object.entries(metadata)) {
        if (!/_(?:endpoint|iframe)$|^jwks_uri$/.test(name)) continue
        expectSecure(String(value), name)
        expectThat(!String(value).includes('#'), `${name} ${value}`, 'no fragment')
      }
    },
  ),
  must(
    'discovery.no-empty-lists',
    'RFC 8414 §3.2',
    'A list without elements is left out.',
    [],
    async ({ metadata }) => {
      const empty = Object.entries(metadata).filter(([, value]) => isEmptyList(value))
      expectEqual(
        empty.map(([name]) => name),
        [],
        'empty lists',
      )
    },
  ),
  must(
    'discovery.both-addresses-agree',
    'RFC 9068 §4',
    'Where both well-known addresses answer, they give the same values.',
    [],
    async (issuer) => {
      const other = await oauthMetadata(issuer)
      const shared = Object.keys(other).filter((name) => issuer.metadata[name] !== undefined)
      for (const name of shared) expectEqual(other[name], issuer.metadata[name], name)
    },
  ),
]

const VALUES = [
  must(
    'discovery.rs256',
    'Discovery §3',
    'RS256 is among the algorithms of ID tokens.',
    [],
    async ({ metadata }) => expectLists(metadata, 'id_token_signing_alg_values_supported', 'RS256'),
  ),
  must(
    'discovery.scope-openid',
    'Discovery §3',
    'The scope openid is supported.',
    [],
    async ({ metadata }) => {
      if (metadata['scopes_supported'] !== undefined) {
        expectLists(metadata, 'scopes_supported', 'openid')
      }
    },
  ),
  must(
    'discovery.code',
    'Discovery §3',
    'The response type code is supported.',
    [],
    async ({ metadata }) => expectLists(metadata, 'response_types_supported', 'code'),
  ),
  must(
    'discovery.grant-types',
    'RFC 8414 §2',
    'grant_types_supported is said where its default (with implicit) would not be true.',
    [],
    async ({ metadata }) => {
      const types = metadata['response_types_supported']
      const isImplicit =
        Array.isArray(types) && types.some((type) => /\btoken\b/.test(String(type)))
      if (!isImplicit) expectLists(metadata, 'grant_types_supported', 'authorization_code')
    },
  ),
  must(
    'discovery.assertion-algorithms',
    'RFC 8414 §2',
    'Where clients authenticate by JWT, the algorithms are listed, and none is not among them.',
    [],
    async ({ metadata }) => {
      for (const endpoint of ['token', 'revocation', 'introspection']) {
        const methods = metadata[`${endpoint}_endpoint_auth_methods_supported`]
        if (!Array.isArray(methods)) continue
        if (!methods.some((method) => /^(?:private_key|client_secret)_jwt$/.test(method))) continue
        const name = `${endpoint}_endpoint_auth_signing_alg_values_supported`
        const algorithms = metadata[name]
        const isListed = Array.isArray(algorithms) && algorithms.length > 0
        expectThat(isListed, `${name} ${shown(algorithms)}`, 'a list of algorithms')
        expectThat(!algorithms.includes('none'), `${name} with none`, 'no none')
      }
    },
  ),
  must(
    'discovery.locales',
    'RFC 5646 §2.1.1',
    'Locales are language tags in their usual writing.',
    [],
    async ({ metadata }) => {
      const locales = [
        metadata['ui_locales_supported'],
        metadata['claims_locales_supported'],
      ].flat()
      for (const locale of locales.filter((one) => one !== undefined)) {
        expectEqual(locale, canonical(String(locale)), 'locale')
      }
    },
  ),
  should(
    'discovery.request-uri-said',
    'Discovery §3',
    'request_uri_parameter_supported is said, because its default is true.',
    [],
    async ({ metadata }) => {
      const value = metadata['request_uri_parameter_supported']
      expectThat(
        typeof value === 'boolean',
        `request_uri_parameter_supported ${shown(value)}`,
        'true or false',
      )
    },
  ),
  should(
    'discovery.claims',
    'Discovery §3',
    'The claims that the issuer can tell are listed.',
    [],
    async ({ metadata }) => {
      const claims = metadata['claims_supported']
      expectThat(Array.isArray(claims), `claims_supported ${shown(claims)}`, 'a list')
    },
  ),
  should(
    'discovery.pkce',
    'RFC 9700 §2.1.1',
    'The metadata says that S256 is supported.',
    [],
    async ({ metadata }) => expectLists(metadata, 'code_challenge_methods_supported', 'S256'),
  ),
  should(
    'discovery.oauth-address',
    'RFC 8414 §3',
    'The metadata is also at the address of RFC 8414, between host and path.',
    [],
    async (issuer) => {
      const answer = await issuer.send({ url: oauthAddress(issuer) })
      expectStatus(answer, 200)
    },
  ),
]

function oauthAddress({ settings }: Issuer): string {
  const { origin, pathname } = new URL(settings.issuer)
  return `${origin}/.well-known/oauth-authorization-server${pathname.replace(/\/$/, '')}`
}

async function oauthMetadata(issuer: Issuer): Promise<Metadata> {
  const answer = await issuer.send({ url: oauthAddress(issuer) })
  if (answer.status === 404)
    throw new NotOffered('the issuer does not answer at the address of RFC 8414')
  expectStatus(answer, 200)
  return jsonOf(answer)
}

function expectSecure(value: string, what: string): void {
  const url = URL.parse(value)
  const isLoopback = /^(?:127\.0\.0\.1|\[::1\]|(?:.+\.)?localhost)$/.test(url?.hostname ?? '')
  const isSecure = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)
  expectThat(isSecure, `${what} ${value}`, 'an absolute https URL')
}

function expectLists(metadata: Metadata, name: string, value: string): void {
  const list = metadata[name]
  expectThat(
    Array.isArray(list) && list.includes(value),
    `${name} ${shown(list)}`,
    `${value} in it`,
  )
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

function canonical(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? 'a language tag'
  } catch {
    return 'a language tag'
  }
}

export const discoverySuite: Suite = {
  name: 'discovery',
  title: 'Metadata (OpenID Connect Discovery, RFC 8414)',
  rules: [...DOCUMENT, ...VALUES],
}
