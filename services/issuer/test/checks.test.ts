import t from 'tap'
import { checkAcr } from '../src/checks/acr.ts'
import { checkAudience } from '../src/checks/audience.ts'
import { checkClaims, namedSubjects } from '../src/checks/claims-parameter.ts'
import { checkDpopJkt } from '../src/checks/dpop-jkt.ts'
import { checkPrompt } from '../src/checks/prompt.ts'
import { checkResponse } from '../src/checks/response.ts'
import { checkScope, narrowScope, refuseScope } from '../src/checks/scope.ts'
import { refuseUnsupported } from '../src/checks/unsupported-parameters.ts'
import { parseParameters } from '../src/http/parameters.ts'
import { verdict } from './verdict.ts'

const EVERY_FORM = {
  userinfo: { email: null, name: { essential: true } },
  id_token: {
    auth_time: { essential: true },
    acr: { values: ['a', 'b'] },
    locale: { value: 'de' },
  },
}

t.test('OpenID Connect Core section 3.1.2.1: prompt and max_age', async (t) => {
  const nothing = {
    silent: false,
    signInAgain: false,
    chooseAccount: false,
    askConsent: false,
    maxAgeSeconds: undefined,
  }
  const accepted = [
    ['nothing', '', {}, nothing],
    ['prompt=none', 'prompt=none', {}, { silent: true }],
    ['prompt=login', 'prompt=login', {}, { signInAgain: true }],
    ['prompt=select_account', 'prompt=select_account', {}, { chooseAccount: true }],
    ['prompt=consent', 'prompt=consent', {}, { askConsent: true }],
    ['two at once', 'prompt=consent+login', {}, { signInAgain: true, askConsent: true }],
    [
      'all that can stand together, one of them twice',
      'prompt=login+consent+select_account+login',
      {},
      { signInAgain: true, askConsent: true, chooseAccount: true },
    ],
    ['max_age', 'max_age=60', {}, { maxAgeSeconds: 60 }],
    ['max_age=0 is prompt=login', 'max_age=0', {}, { signInAgain: true, maxAgeSeconds: 0 }],
    ['a default of the client', '', { defaultMaxAge: 60 }, { maxAgeSeconds: 60 }],
    ['the request before the default', 'max_age=7', { defaultMaxAge: 60 }, { maxAgeSeconds: 7 }],
    [
      'a default of 0',
      'prompt=consent',
      { defaultMaxAge: 0 },
      { signInAgain: true, askConsent: true, maxAgeSeconds: 0 },
    ],
  ] as const
  for (const [name, text, client, expected] of accepted) {
    t.test(name, async (t) =>
      t.strictSame(checkPrompt(parseParameters(text), client), { ...nothing, ...expected }),
    )
  }
  const refused = [
    ['none stands alone', 'prompt=none+login', 'invalid_request prompt_none_with_others'],
    ['in any order', 'prompt=consent+none', 'invalid_request prompt_none_with_others'],
    ['an unknown prompt is refused', 'prompt=create', 'invalid_request prompt_unknown'],
    ['prompt is case-sensitive', 'prompt=None', 'invalid_request prompt_unknown'],
    ['a negative max_age is refused', 'max_age=-1', 'invalid_request max_age_syntax'],
    ['a fractional max_age is refused', 'max_age=1.5', 'invalid_request max_age_syntax'],
    ['a huge max_age is refused', 'max_age=1000000000', 'invalid_request max_age_syntax'],
    ['an exponent is refused', 'max_age=1e3', 'invalid_request max_age_syntax'],
  ] as const
  for (const [name, text, expected] of refused) {
    t.test(name, async (t) =>
      t.equal(
        verdict(() => checkPrompt(parseParameters(text), {})),
        expected,
      ),
    )
  }
})

t.test('OpenID Connect Core section 5.5, attack C26: claims', async (t) => {
  const check = (value: unknown) =>
    checkClaims(parseParameters(`claims=${encodeURIComponent(JSON.stringify(value))}`))
  const names = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`claim${index}`, null]))
  const nested = (levels: number): unknown => (levels === 0 ? 1 : { in: nested(levels - 1) })

  t.test('no parameter is no request', async (t) =>
    t.equal(checkClaims(parseParameters('')), undefined),
  )
  const accepted = [
    ['null, essential, value and values', EVERY_FORM, EVERY_FORM],
    [
      'what nobody has defined is ignored',
      { id_token: { a: { x: 1 } }, y: 2 },
      { id_token: { a: {} } },
    ],
    ['a part that is null asks for nothing', { userinfo: null }, {}],
    ['64 names in all', { userinfo: names(60), id_token: names(4) }, undefined],
    ['five levels', { id_token: { a: { value: nested(2) } } }, undefined],
  ] as const
  for (const [name, sent, expected] of accepted) {
    t.test(`${name}: accepted`, async (t) => t.strictSame(check(sent), expected ?? sent))
  }
  const refused = [
    ['no object', [], 'claims_syntax'],
    ['an array as a part', { userinfo: [] }, 'claims_syntax'],
    ['a claim asked for by a word', { userinfo: { email: true } }, 'claims_syntax'],
    ['essential as a text', { userinfo: { email: { essential: 'true' } } }, 'claims_syntax'],
    ['values that are no array', { id_token: { acr: { values: 'a' } } }, 'claims_syntax'],
    ['65 names in all', { userinfo: names(60), id_token: names(5) }, 'claims_too_many'],
    ['six levels', { id_token: { a: { value: nested(3) } } }, 'claims_syntax'],
    ['more than 4 KB', { userinfo: { ['n'.repeat(4096)]: null } }, 'claims_too_long'],
  ] as const
  for (const [name, sent, reason] of refused) {
    t.test(`${name}: refused`, async (t) =>
      t.equal(
        verdict(() => check(sent)),
        `invalid_request ${reason}`,
      ),
    )
  }
  for (const text of ['', '{', '{"a":1,"a":2}', '{"userinfo":{"__proto__":null}}', 'null']) {
    t.test(`${JSON.stringify(text)} is no claims request`, async (t) =>
      t.match(
        verdict(() => checkClaims(parseParameters(`claims=${encodeURIComponent(text || ' ')}`))),
        'claims_syntax',
      ),
    )
  }
  t.test('the claim sub with a value names somebody', async (t) => {
    const asked = { userinfo: { sub: { value: 'u_1' } }, id_token: { sub: { value: 'u_2' } } }
    t.strictSame(namedSubjects(check(asked)), ['u_1', 'u_2'])
    t.strictSame(namedSubjects(check({ id_token: { sub: null } })), [])
    t.equal(
      verdict(() => namedSubjects(check({ id_token: { sub: { value: 1 } } }))),
      'invalid_request claims_sub_value',
    )
  })
  t.test('section 5.5.1.1: acr is a must when it is essential, else a wish', async (t) => {
    const wish = (acr: object | null, values = '') =>
      checkAcr(parseParameters(`acr_values=${values}`), { id_token: { acr } })
    const essential = true
    t.strictSame(wish(null, 'a+b'), { required: [], preferred: ['a', 'b'] })
    t.strictSame(wish({ value: 'c' }, 'a'), { required: [], preferred: ['a', 'c'] })
    t.strictSame(wish({ essential, value: 'c' }, 'a'), { required: ['c'], preferred: ['a'] })
    t.strictSame(wish({ essential, values: ['c', 'd'] }), { required: ['c', 'd'], preferred: [] })
    t.strictSame(wish({ essential }), { required: [], preferred: [] })
    t.equal(
      verdict(() => wish({ values: [1] })),
      'invalid_request claims_acr_value',
    )
  })
})

t.test('RFC 6749 section 3.3: scope', async (t) => {
  const cases = [
    ['no scope', '', ''],
    ['order and duplicates do not matter', 'scope=email+openid+email', 'openid email'],
    ['unknown values are ignored', 'scope=openid+admin', 'openid'],
  ] as const
  for (const [name, text, expected] of cases) {
    t.test(name, async (t) => t.equal(checkScope(parseParameters(text)), expected))
  }
  t.test(
    'unknown values alone are refused: no answer could say that nothing was granted',
    async (t) => {
      const refused = 'invalid_scope scope_unknown'
      t.equal(
        verdict(() => checkScope(parseParameters('scope=admin'))),
        refused,
      )
      t.equal(
        verdict(() => narrowScope(parseParameters('scope=admin'), 'openid')),
        refused,
      )
    },
  )
  t.test('machines have no scope', async (t) => {
    const asked = (text: string) => verdict(() => refuseScope(parseParameters(text)))
    t.equal(asked('scope=openid'), 'invalid_scope scope_of_machine')
    t.equal(asked('scope='), 'passes')
  })
  for (const scope of ['openid%0aemail', 'openid++email', '%22', 'a%5cb', '+openid']) {
    t.test(`scope=${scope} is no scope`, async (t) =>
      t.equal(
        verdict(() => checkScope(parseParameters(`scope=${scope}`))),
        'invalid_scope scope_syntax',
      ),
    )
  }
  t.test(
    'attack C23: ten thousand words are refused, a hundred copies of one are one',
    async (t) => {
      const words = (count: number) => `scope=${'openid+'.repeat(count)}email`
      t.equal(checkScope(parseParameters(words(100))), 'openid email')
      t.equal(
        verdict(() => checkScope(parseParameters(words(10_000)))),
        'invalid_request scope_too_long',
      )
    },
  )
  t.test('a refresh may ask for less', async (t) =>
    t.equal(narrowScope(parseParameters('scope=openid'), 'openid email'), 'openid'),
  )
  t.test('a refresh without scope keeps what was granted', async (t) =>
    t.equal(narrowScope(parseParameters(''), 'openid email'), 'openid email'),
  )
  t.test('a refresh may not ask for more', async (t) =>
    t.equal(
      verdict(() => narrowScope(parseParameters('scope=openid+email'), 'openid')),
      'invalid_scope scope_wider_than_granted',
    ),
  )
})

t.test('RFC 8707: one audience per token', async (t) => {
  const issuer = 'https://sso.example'
  const client = { services: ['https://a.example', 'https://b.example'] }
  const cases = [
    ['the first service is the default', client, '', 'https://a.example'],
    ['without services it is the issuer', { services: [] }, '', issuer],
    ['an allowed service', client, 'resource=https://b.example', 'https://b.example'],
    ['the issuer itself', client, `resource=${issuer}`, issuer],
    [
      'the same one twice',
      client,
      'resource=https://b.example&resource=https://b.example',
      'https://b.example',
    ],
  ] as const
  for (const [name, who, text, expected] of cases) {
    t.test(name, async (t) => t.equal(checkAudience(parseParameters(text), who, issuer), expected))
  }
  const refused = [
    [
      'several',
      'resource=https://a.example&resource=https://b.example',
      'invalid_target several_resources',
    ],
    ['a foreign one', 'resource=https://c.example', 'invalid_target resource_not_allowed'],
    ['another spelling', 'resource=https://a.example/', 'invalid_target resource_not_allowed'],
    ['another case', 'resource=https://A.example', 'invalid_target resource_not_allowed'],
  ] as const
  for (const [name, text, expected] of refused) {
    t.test(`${name} is refused`, async (t) =>
      t.equal(
        verdict(() => checkAudience(parseParameters(text), client, issuer)),
        expected,
      ),
    )
  }
})

t.test('OpenID Connect Core section 3.1.2.6: what is refused by its own code', async (t) => {
  const client = { grantTypes: ['authorization_code'] } as const
  const cases = [
    [
      'registration',
      () => refuseUnsupported(parseParameters('registration=x')),
      'registration_not_supported registration_sent',
    ],
    [
      'no response_type',
      () => checkResponse(parseParameters(''), client),
      'invalid_request response_type_missing',
    ],
    [
      'the implicit flow',
      () => checkResponse(parseParameters('response_type=token'), client),
      'unsupported_response_type response_type_unsupported',
    ],
    [
      'the hybrid flow',
      () => checkResponse(parseParameters('response_type=code+id_token'), client),
      'unsupported_response_type response_type_unsupported',
    ],
    [
      'a fragment',
      () => checkResponse(parseParameters('response_type=code&response_mode=fragment'), client),
      'invalid_request response_mode_unsupported',
    ],
    [
      'a client without the grant',
      () => checkResponse(parseParameters('response_type=code'), { grantTypes: [] }),
      'unauthorized_client grant_type_not_registered',
    ],
    [
      'an unknown mode',
      () => checkResponse(parseParameters('response_type=code&response_mode=web'), client),
      'invalid_request response_mode_unsupported',
    ],
    [
      'a code by form',
      () => checkResponse(parseParameters('response_type=code&response_mode=form_post'), client),
      'passes',
    ],
    [
      'a thumbprint that is one character short',
      () => checkDpopJkt(parseParameters(`dpop_jkt=${'A'.repeat(42)}`)),
      'invalid_request dpop_jkt_syntax',
    ],
    ['a thumbprint', () => checkDpopJkt(parseParameters(`dpop_jkt=${'A'.repeat(43)}`)), 'passes'],
    [
      'a code by query',
      () => checkResponse(parseParameters('response_type=code&response_mode=query'), client),
      'passes',
    ],
  ] as const
  for (const [name, check, expected] of cases) {
    t.test(name, async (t) => t.equal(verdict(check), expected))
  }
})
