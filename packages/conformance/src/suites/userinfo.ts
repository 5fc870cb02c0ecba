/** User info: OpenID Connect Core sections 5.3 and 5.4. */
import { callUserinfo, userinfoOf } from '../flows/call-userinfo.ts'
import { judgeJwt, jwtClaims } from '../flows/judge-jwt.ts'
import { granted, signInTokens, tokenRequest } from '../flows/tokens.ts'
import {
  expectEqual,
  expectStatus,
  expectThat,
  header,
  jsonOf,
  shown,
  textMember,
} from '../rule/expect.ts'
import { NotOffered } from '../rule/outcome.ts'
import { must, type Rule, type Suite, should } from '../rule/rule.ts'

const NEEDS = ['client basic', 'endpoint userinfo_endpoint'] as const

const ANSWERS = [
  ...(
    [
      ['get', 'Core §5.3.1', 'GET with the token in the header'],
      ['post', 'Core §5.3.1', 'POST with the token in the header'],
    ] as const
  ).map(([way, spec, title]) =>
    must(`userinfo.${way}`, spec, `User info answers ${title}.`, NEEDS, async (issuer) => {
      const { accessToken, body } = await signInTokens(issuer)
      const answer = await callUserinfo(issuer, accessToken, way)
      expectStatus(answer, 200)
      const sub = jwtClaims(textMember(body, 'id_token'))['sub']
      expectEqual(jsonOf(answer)['sub'], sub, 'sub')
    }),
  ),
  should(
    'userinfo.body',
    'Core §5.3.1',
    'User info answers POST with the token in the body.',
    NEEDS,
    async (issuer) => {
      const { accessToken } = await signInTokens(issuer)
      expectStatus(await callUserinfo(issuer, accessToken, 'body'), 200)
    },
  ),
  must(
    'userinfo.only-granted',
    'Core §5.4',
    'Without scopes for more, user info tells nothing of profile, email, address and phone.',
    NEEDS,
    async (issuer) => {
      const told = await userinfoOf(issuer, { changes: { scope: 'openid' } })
      const more = Object.keys(told).filter((name) => Object.values(SCOPES).flat().includes(name))
      expectEqual(more, [], 'claims beyond openid')
    },
  ),
  must(
    'userinfo.no-empty-claims',
    'Core §5.3.2',
    'A claim without value is left out: never null and never an empty text.',
    NEEDS,
    async (issuer) => {
      const told = await userinfoOf(issuer, {
        changes: { scope: 'openid profile email address phone' },
      })
      const empty = Object.entries(told).filter(([, value]) => value === null || value === '')
      expectEqual(
        empty.map(([name]) => name),
        [],
        'claims without value',
      )
    },
  ),
  must(
    'userinfo.all-scopes',
    'Core §5.4',
    'All four scopes together give claims of each.',
    NEEDS,
    async (issuer) => {
      const told = await userinfoOf(issuer, {
        changes: { scope: 'openid profile email address phone' },
      })
      for (const [name, claims] of Object.entries(SCOPES)) {
        const found = claims.some((claim) => told[claim] !== undefined)
        expectThat(
          found,
          `claims ${shown(Object.keys(told))}`,
          `a claim of ${name}, which the user of the settings has`,
        )
      }
    },
  ),
  must(
    'userinfo.signed',
    'Core §5.3.2',
    'A client registered for it gets user info as a JWT with iss and aud.',
    ['client signed_userinfo', 'endpoint userinfo_endpoint'],
    async (issuer) => {
      const { accessToken, client } = await signInTokens(issuer, { client: 'signed_userinfo' })
      const answer = await callUserinfo(issuer, accessToken)
      expectStatus(answer, 200)
      const type = header(answer, 'content-type')
      expectThat(/^application\/jwt\b/.test(type), `content type "${type}"`, 'application/jwt')
      const { claims } = await judgeJwt(issuer, answer.text, { audience: client.id })
      textMember(claims, 'sub')
    },
  ),
]

type ScopeName = 'profile' | 'email' | 'address' | 'phone'

/** Core section 5.4. */
const SCOPES: Readonly<Record<ScopeName, readonly string[]>> = {
  profile: [
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
}

function scope(name: ScopeName): Rule {
  const needs = [...NEEDS, `lists scopes_supported ${name}`] as const
  const title = `The scope ${name} gives claims of it, and of no other scope.`
  return must(`userinfo.scope-${name}`, 'Core §5.4', title, needs, async (issuer) => {
    const told = await userinfoOf(issuer, { changes: { scope: `openid ${name}` } })
    const own: readonly string[] = SCOPES[name]
    const found = Object.keys(told).filter((claim) => own.includes(claim))
    expectThat(
      found.length > 0,
      `claims ${shown(Object.keys(told))}`,
      `a claim of ${name}, which the user of the settings has`,
    )
    const foreign = Object.entries(SCOPES)
      .filter(([other]) => other !== name)
      .flatMap(([, claims]) => [...claims])
    expectEqual(
      Object.keys(told).filter((claim) => foreign.includes(claim)),
      [],
      'claims of other scopes',
    )
    if (name === 'address')
      expectThat(typeof told['address'] === 'object', 'no object', 'an object')
    for (const flag of ['email_verified', 'phone_number_verified']) {
      const value = told[flag]
      expectThat(
        ['boolean', 'undefined'].includes(typeof value),
        `${flag} ${shown(value)}`,
        'a boolean',
      )
    }
  })
}

const REFUSALS = [
  must(
    'userinfo.no-token',
    'RFC 6750 §3.1',
    'Without token the answer is 401 with a Bearer challenge that names no error.',
    ['endpoint userinfo_endpoint'],
    async (issuer) => {
      const answer = await callUserinfo(issuer, undefined)
      expectStatus(answer, 401)
      const challenge = header(answer, 'www-authenticate')
      expectThat(/\bbearer\b/i.test(challenge), `www-authenticate "${challenge}"`, 'Bearer')
      expectThat(!/\berror=/i.test(challenge), `www-authenticate "${challenge}"`, 'no error')
    },
  ),
  must(
    'userinfo.bad-token',
    'RFC 6750 §3.1',
    'A token that is none is 401 invalid_token.',
    ['endpoint userinfo_endpoint'],
    async (issuer) => expectInvalidToken(await callUserinfo(issuer, 'not-an-access-token')),
  ),
  must(
    'userinfo.altered-token',
    'RFC 6750 §3.1',
    'An access token with another last character is 401 invalid_token.',
    NEEDS,
    async (issuer) => {
      const { accessToken } = await signInTokens(issuer)
      const other = accessToken.endsWith('A') ? 'Q' : 'A'
      expectInvalidToken(await callUserinfo(issuer, accessToken.slice(0, -1) + other))
    },
  ),
  must(
    'userinfo.id-token',
    'RFC 9068 §5',
    'An ID token is no access token.',
    NEEDS,
    async (issuer) => {
      const { body } = await signInTokens(issuer)
      expectInvalidToken(await callUserinfo(issuer, textMember(body, 'id_token')))
    },
  ),
  must(
    'userinfo.machine',
    'Core §5.3.3',
    'The token of a machine opens no user info.',
    ['client machine', 'endpoint userinfo_endpoint', 'grant client_credentials'],
    async (issuer) => {
      const form = { grant_type: 'client_credentials' }
      const answer = await tokenRequest(issuer, 'machine', form)
      if (answer.status !== 200)
        throw new NotOffered('the machine gets no token without a resource')
      expectStatus(await callUserinfo(issuer, granted(answer).accessToken), 401, 403)
    },
  ),
]

function expectInvalidToken(answer: Awaited<ReturnType<typeof callUserinfo>>): void {
  expectStatus(answer, 401)
  const challenge = header(answer, 'www-authenticate')
  expectThat(
    /\bbearer\b.*\berror="invalid_token"/i.test(challenge),
    `www-authenticate "${challenge}"`,
    'Bearer error="invalid_token"',
  )
}

export const userinfoSuite: Suite = {
  name: 'userinfo',
  title: 'User info (OpenID Connect Core)',
  rules: [
    ...ANSWERS,
    scope('profile'),
    scope('email'),
    scope('address'),
    scope('phone'),
    ...REFUSALS,
  ],
}
