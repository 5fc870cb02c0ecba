import t from 'tap'
import { checkCodeChallenge, verifierMatches } from '../src/checks/pkce.ts'
import { matchesRegistered } from '../src/checks/redirect-uri.ts'
import { bounded, parseParameters } from '../src/http/parameters.ts'
import { verdict } from './verdict.ts'

t.test('RFC 6749 sections 3.1 and 3.2: parameters', async (t) => {
  const cases = [
    ['a name stands once', 'a=1&b=2', 'passes'],
    ['a repeated parameter is refused', 'state=1&state=2', 'invalid_request repeated_parameter'],
    [
      'a repeated parameter is refused in another spelling',
      'a=1&%61=2',
      'invalid_request repeated_parameter',
    ],
    [
      'resource and audience may be repeated',
      'resource=a&resource=b&audience=c&audience=d',
      'passes',
    ],
    ['an empty value does not excuse a repetition', 'a=&a=1', 'invalid_request repeated_parameter'],
    ['broken percent-encoding is refused', 'a=%zz', 'invalid_request bad_encoding'],
    ['a broken UTF-8 sequence is refused', 'a=%c3%28', 'invalid_request bad_encoding'],
    ['64 fields pass', Array.from({ length: 64 }, (_, i) => `p${i}=1`).join('&'), 'passes'],
    [
      '65 fields are too many',
      Array.from({ length: 65 }, (_, i) => `p${i}=1`).join('&'),
      'invalid_request too_many_parameters',
    ],
  ] as const
  for (const [name, text, expected] of cases) {
    t.test(name, async (t) =>
      t.equal(
        verdict(() => parseParameters(text)),
        expected,
      ),
    )
  }
  t.test('an empty value counts as absent', async (t) => {
    const parameters = parseParameters('a=&b&c=1')
    t.strictSame(
      [parameters.get('a'), parameters.get('b'), parameters.get('c')],
      [undefined, undefined, '1'],
    )
  })
  t.test('plus is a space and a value may hold an equals sign', async (t) => {
    t.equal(parseParameters('a=x+y=z').get('a'), 'x y=z')
  })
  t.test('a name from Object.prototype is an ordinary name', async (t) => {
    const parameters = parseParameters('__proto__=1&constructor=2')
    t.equal(parameters.get('__proto__'), '1')
    t.equal(parameters.get('toString'), undefined)
  })
  t.test('a parameter at its limit passes, one more character is refused', async (t) => {
    t.equal(
      verdict(() => bounded(parseParameters('a=xxxx'), 'a', 4)),
      'passes',
    )
    t.equal(
      verdict(() => bounded(parseParameters('a=xxxxx'), 'a', 4)),
      'invalid_request a_too_long',
    )
  })
})

t.test(
  'RFC 9700 section 4.1.3, attacks C1, C2, C4, C5: redirect URIs are compared to the letter',
  async (t) => {
    const registered = [
      'https://app.example/callback',
      'https://app.example/cb?tenant=1',
      'http://127.0.0.1/native',
      'http://[::1]:0/native',
      'http://a.localhost:4001/login/callback',
      'com.example.app:/callback',
    ]
    const accepted = [
      ...registered,
      'http://127.0.0.1:1/native',
      'http://127.0.0.1:65535/native',
      'http://[::1]:49152/native',
    ]
    const refused = [
      'https://app.example/callback/',
      'https://app.example/callback/more',
      'https://app.example/callback/../evil',
      'https://app.example/%2e%2e/callback',
      'https://app.example/callback;x',
      'https://app.example/callback?',
      'https://app.example/callback?x=1',
      'https://app.example/callback#',
      'https://app.example/Callback',
      'https://APP.example/callback',
      'https://app.example:443/callback',
      'https://app.example/x/../callback',
      'https://app.example/..;/callback',
      'https://app.example/%63allback',
      'https://app.example%2f@evil.example/callback',
      'https://app.example@evil.example/callback',
      'https://app.example@app.example@evil.example/callback',
      'https://evil.example\\@app.example/callback',
      'https://evil.example#@app.example/callback',
      'https://xn--pp-gmc.example/callback',
      'https://ａpp.example/callback',
      'https://аpp.example/callback',
      'https://app。example/callback',
      'https://evil.example/callback',
      'https://app.example.evil.example/callback',
      'https://sub.app.example/callback',
      'http://app.example/callback',
      '//app.example/callback',
      '//evil.example/callback',
      'https:/\\app.example/callback',
      'https://app.example/callback\t',
      'https://app.example/callback\n',
      'https://app.ex\tample/callback',
      'https://app.example/callback\0',
      ' https://app.example/callback',
      'https://app.example/cb?tenant=2',
      'https://app.example/cb',
      'http://127.0.0.1:65536/native',
      'http://127.0.0.2:1/native',
      'http://[::1]:1/callback',
      'http://[::ffff:127.0.0.1]:1/native',
      'http://127.0.0.1:1/other',
      'http://127.0.0.1:1@evil.example/native',
      'http://127.0.0.1.evil.example:1/native',
      'http://localhost:1/native',
      'http://[::1]/native#x',
      'http://a.localhost:4009/login/callback',
      'https://127.0.0.1:1/native',
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      'data:text/html,x',
    ]
    for (const uri of accepted) {
      t.test(`${uri} is accepted`, async (t) => t.equal(matchesRegistered(uri, registered), true))
    }
    for (const uri of refused) {
      t.test(`${JSON.stringify(uri)} is refused`, async (t) =>
        t.equal(matchesRegistered(uri, registered), false),
      )
    }
  },
)

t.test('RFC 7636: proof key for code exchange', async (t) => {
  const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
  const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
  const web = { requirePkce: true, authMethod: 'client_secret_basic' } as const
  const old = { requirePkce: false, authMethod: 'client_secret_basic' } as const
  const open = { requirePkce: false, authMethod: 'none' } as const
  const cases = [
    [
      'S256 with 43 characters passes',
      web,
      `code_challenge=${challenge}&code_challenge_method=S256`,
      'passes',
    ],
    ['a client that requires PKCE must send it', web, '', 'invalid_request pkce_required'],
    [
      'a public client must send it whatever is registered',
      open,
      '',
      'invalid_request pkce_required',
    ],
    ['a client may be excused', old, '', 'passes'],
    [
      'plain is refused',
      web,
      `code_challenge=${challenge}&code_challenge_method=plain`,
      'invalid_request pkce_method',
    ],
    [
      'an absent method means plain',
      web,
      `code_challenge=${challenge}`,
      'invalid_request pkce_method',
    ],
    [
      'the method is case-sensitive',
      web,
      `code_challenge=${challenge}&code_challenge_method=s256`,
      'invalid_request pkce_method',
    ],
    [
      '42 characters are refused',
      web,
      `code_challenge=${challenge.slice(1)}&code_challenge_method=S256`,
      'invalid_request code_challenge_syntax',
    ],
    [
      '44 characters are refused',
      web,
      `code_challenge=${challenge}A&code_challenge_method=S256`,
      'invalid_request code_challenge_syntax',
    ],
    [
      'a foreign alphabet is refused',
      web,
      `code_challenge=${challenge.slice(1)}%2B&code_challenge_method=S256`,
      'invalid_request code_challenge_syntax',
    ],
    [
      'a method without a challenge is refused',
      old,
      'code_challenge_method=S256',
      'invalid_request code_challenge_missing',
    ],
  ] as const
  for (const [name, client, text, expected] of cases) {
    t.test(name, async (t) =>
      t.equal(
        verdict(() => checkCodeChallenge(parseParameters(text), client)),
        expected,
      ),
    )
  }
  const pairs = [
    ['the verifier of the challenge passes', challenge, verifier, true],
    ['another verifier fails', challenge, verifier.replace('d', 'e'), false],
    ['no verifier fails', challenge, undefined, false],
    ['a verifier without a stored challenge fails', undefined, verifier, false],
    ['neither passes', undefined, undefined, true],
    ['a verifier of 42 characters fails', challenge, verifier.slice(1), false],
    ['a verifier of 129 characters fails', challenge, 'a'.repeat(129), false],
    ['a verifier with a foreign character fails', challenge, `${verifier.slice(1)}+`, false],
  ] as const
  for (const [name, stored, sent, expected] of pairs) {
    t.test(name, async (t) => t.equal(verifierMatches(stored, sent), expected))
  }
})
