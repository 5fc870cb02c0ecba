import t from 'tap'
import { checkAudience } from '../src/checks/audience.ts'
import { checkPrompt } from '../src/checks/prompt.ts'
import { checkResponse } from '../src/checks/response.ts'
import { checkScope, narrowScope } from '../src/checks/scope.ts'
import { refuseUnsupported } from '../src/checks/unsupported-parameters.ts'
import { parseParameters } from '../src/http/parameters.ts'
import { verdict } from './verdict.ts'

t.test('OpenID Connect Core section 3.1.2.1: prompt and max_age', async (t) => {
  const cases = [
    ['nothing', '', { silent: false, signInAgain: false, maxAgeSeconds: undefined }],
    ['prompt=none', 'prompt=none', { silent: true, signInAgain: false, maxAgeSeconds: undefined }],
    [
      'prompt=login',
      'prompt=login',
      { silent: false, signInAgain: true, maxAgeSeconds: undefined },
    ],
    [
      'prompt=select_account',
      'prompt=select_account',
      { silent: false, signInAgain: true, maxAgeSeconds: undefined },
    ],
    [
      'prompt=consent',
      'prompt=consent',
      { silent: false, signInAgain: false, maxAgeSeconds: undefined },
    ],
    [
      'max_age=0 is prompt=login',
      'max_age=0',
      { silent: false, signInAgain: true, maxAgeSeconds: 0 },
    ],
    ['max_age', 'max_age=60', { silent: false, signInAgain: false, maxAgeSeconds: 60 }],
  ] as const
  for (const [name, text, expected] of cases) {
    t.test(name, async (t) => t.strictSame(checkPrompt(parseParameters(text)), expected))
  }
  const refused = [
    ['none stands alone', 'prompt=none+login', 'invalid_request prompt_none_with_others'],
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
        verdict(() => checkPrompt(parseParameters(text))),
        expected,
      ),
    )
  }
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
  for (const scope of ['openid%0aemail', 'openid++email', '%22', 'a%5cb', '+openid']) {
    t.test(`scope=${scope} is no scope`, async (t) =>
      t.equal(
        verdict(() => checkScope(parseParameters(`scope=${scope}`))),
        'invalid_scope scope_syntax',
      ),
    )
  }
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
      'request',
      () => refuseUnsupported(parseParameters('request=x')),
      'request_not_supported request_sent',
    ],
    [
      'request_uri',
      () => refuseUnsupported(parseParameters('request_uri=x')),
      'request_uri_not_supported request_uri_sent',
    ],
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
      'a code by query',
      () => checkResponse(parseParameters('response_type=code&response_mode=query'), client),
      'passes',
    ],
  ] as const
  for (const [name, check, expected] of cases) {
    t.test(name, async (t) => t.equal(verdict(check), expected))
  }
})
