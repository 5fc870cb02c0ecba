import type { AccessTokenClaims } from '@latchkey/protocol'
import t from 'tap'
import { accessTokenVerifier, keyMap, signAccessToken } from '../src/index.ts'
import { claimAttacks, rawClaimAttacks } from './fixtures/claim-attacks.ts'
import { CLAIMS, ISSUER, KID, NOW, RECORD, withClaims } from './fixtures/forge.ts'
import { refuseAll, verifierOf } from './fixtures/refuse-all.ts'

/** The claims of the profile, RFC 9068 section 2.2 (B12 to B14, B16, B17), all under a valid signature. */

const verifier = verifierOf(RECORD)
const THUMBPRINT = 'w'.repeat(43)

const accepted = (changes: Record<string, unknown>) =>
  verifier.verify(withClaims(changes), NOW).kind === 'valid'

const noTexts = [undefined, null, 1, true, [], ['u_1'], { sub: 'u_1' }, '']
const unfit = [
  'u_a\u0000',
  'u_a\n',
  'u_a\u007f',
  'u_a\u0085',
  'u_\u202eadmin',
  'u_a ',
  ' u_a',
  'u_a b',
  'u_\u00e9',
  'u_e\u0301',
  'u_\uff41',
  'u_а',
]
refuseAll('B12 sub is visible ASCII, so no two users look or normalise alike', [
  ...claimAttacks('sub', 'bad_claim', [...noTexts, ...unfit, `u_${'a'.repeat(252)}`]),
  ...rawClaimAttacks('sub', 'bad_payload', ['"u_\\ud800"', '"u_\\uD83D"']),
])
refuseAll(
  'B12 so are the other identifiers',
  ['client_id', 'jti', 'sid', 'acr'].flatMap((name) =>
    claimAttacks(name, 'bad_claim', [
      null,
      1,
      ['x'],
      '',
      'a b',
      'a\u0000',
      'é',
      '\u202ea',
      'a'.repeat(256),
    ]),
  ),
)
refuseAll('B12 client_id and jti are there', [
  ...claimAttacks('client_id', 'bad_claim', [undefined, 'a'.repeat(129)]),
  ...claimAttacks('jti', 'bad_claim', [undefined]),
])
t.test('B12 identifiers may have 255 characters, client ids 128', async (t) => {
  t.ok(
    accepted({
      sub: `svc:${'a'.repeat(251)}`,
      jti: 'j'.repeat(255),
      sid: '~'.repeat(255),
      acr: '!'.repeat(255),
    }),
  )
  t.ok(accepted({ client_id: 'c'.repeat(128) }))
})

refuseAll('B13 a subject is a person or a machine, and never both', [
  ...claimAttacks('sub', 'bad_claim', [
    '1',
    'admin',
    'U_1',
    'svc_1',
    'u_',
    'svc:',
    'svc',
    'user:u_1',
    'SVC:a',
  ]),
])
t.test('B13 a machine has no session, a person has one', async (t) => {
  const machine = { sid: undefined, auth_time: undefined, acr: undefined, amr: undefined }
  t.ok(
    accepted({ ...machine, sub: 'svc:u_1', client_id: 'u_1' }),
    'the client u_1 is not the user u_1',
  )
  t.match(verifier.verify(withClaims({ sid: undefined }), NOW), { fault: 'bad_claim' })
})

const PAIRWISE = `p_${'a'.repeat(43)}`
refuseAll('B13 no service takes a pairwise subject: entries about the person would miss it', [
  ...claimAttacks('sub', 'bad_claim', [PAIRWISE]),
])
t.test('B13 at the issuer, which finds the person, a pairwise subject is one', async (t) => {
  const atIssuer = { ...RECORD, audience: ISSUER }
  const sign = (changes: Partial<AccessTokenClaims>) =>
    signAccessToken(atIssuer, { ...CLAIMS, aud: ISSUER, ...changes })
  const token = sign({ sub: PAIRWISE })
  const keys = keyMap([atIssuer])
  const reader = accessTokenVerifier({ issuer: ISSUER, audience: ISSUER, keys })
  t.match(reader.verify(token, NOW), { claims: { sub: PAIRWISE } })
  const { sid: _, ...withoutSession } = { ...CLAIMS, aud: ISSUER, sub: PAIRWISE }
  const wrong: AccessTokenClaims[] = [
    withoutSession,
    { ...CLAIMS, aud: ISSUER, sub: `${PAIRWISE}a` },
    { ...CLAIMS, aud: ISSUER, sub: PAIRWISE.slice(0, -1) },
    { ...CLAIMS, aud: ISSUER, sub: `${PAIRWISE.slice(0, -1)}=` },
    { ...CLAIMS, aud: ISSUER, act: { sub: PAIRWISE } },
  ]
  for (const claims of wrong) {
    t.throws(() => signAccessToken(atIssuer, claims), { code: 'access-token-claims' })
  }
})

const routeList = (entries: number, chars: number) => Array(entries).fill('a'.repeat(chars))
refuseAll('B14 routes is a short list of texts', [
  ...claimAttacks('routes', 'bad_claim', [
    undefined,
    null,
    '*',
    'GET /',
    1,
    true,
    {},
    [1],
    [null],
    [['GET /']],
    [{}],
  ]),
  ...claimAttacks('routes', 'bad_claim', [routeList(33, 1), routeList(2, 257), routeList(1, 513)]),
])
t.test('B14 an empty list and 32 entries or 512 characters are in order', async (t) => {
  for (const routes of [[], routeList(32, 16), routeList(1, 512), ['*']]) t.ok(accepted({ routes }))
})

const bitmap = (changes: Record<string, unknown>) => ({
  c: 'yuqeQymSWC53YDYF',
  b: 'gA',
  ...changes,
})
refuseAll('F22 a bitmap has two members, each in its one spelling', [
  ...claimAttacks('routes', 'bad_claim', [
    { b: 'gA' },
    { c: 'yuqeQymSWC53YDYF' },
    ...[undefined, null, 1, [], '', 'yuqeQymSWC53YDY', 'yuqeQymSWC53YDYF=', 'yuqeQymSWC53YDY+'].map(
      (c) => bitmap({ c }),
    ),
    ...[undefined, null, 1, [], [0], 'gA==', 'gB', 'gAA', 'AA', 'g', '+w', '/w', 'gA\n', ' gA'].map(
      (b) => bitmap({ b }),
    ),
    bitmap({ b: '_'.repeat(2732) }),
    bitmap({ v: 2 }),
    bitmap({ not: ['GET /orders'] }),
    [bitmap({})],
  ]),
])
refuseAll('F22 a bitmap whose member stands there twice', [
  ...rawClaimAttacks('routes', 'bad_payload', [
    '{"c":"yuqeQymSWC53YDYF","b":"gA","b":"_w"}',
    '{"c":"yuqeQymSWC53YDYF","b":"gA","\\u0062":"_w"}',
  ]),
])
t.test('F22 a bitmap of no route and one of 16,384 numbers are in order', async (t) => {
  for (const b of ['', 'gA', `${'_'.repeat(2730)}8`])
    t.ok(accepted({ routes: bitmap({ b }) }), b.slice(0, 4))
})

refuseAll('rev is three counting numbers', [
  ...claimAttacks('rev', 'bad_claim', [
    undefined,
    null,
    1,
    '0,1,2',
    {},
    [],
    [0, 1],
    [0, 1, 2, 3],
    [-1, 1, 2],
    [0, -1, 2],
    [0, 1, -1],
    [0, 1, 1.5],
    [0, 1, '2'],
    [0, 1, null],
    [[0], 1, 2],
    [0, 1, 2 ** 53],
    [10_000, 1, 2],
  ]),
])
t.test('rev may begin at zero and go far', async (t) => {
  t.ok(accepted({ rev: [0, 0, 0] }))
  t.ok(accepted({ rev: [9999, 1, Number.MAX_SAFE_INTEGER] }))
})

refuseAll('scope follows RFC 6749 section 3.3', [
  ...claimAttacks('scope', 'bad_claim', [
    undefined,
    null,
    1,
    ['openid'],
    ' a',
    'a ',
    'a  b',
    'a\tb',
    'a"b',
    'a\\b',
    'é',
    'a'.repeat(1025),
  ]),
])
t.test('scope may be empty', async (t) => {
  for (const scope of ['', 'a', 'a b c', '!#[]~', 'a'.repeat(1024)])
    t.ok(accepted({ scope }), scope)
})

refuseAll('the facts of the sign-in have their types', [
  ...claimAttacks('auth_time', 'bad_claim', [null, 0, 'x', 1.5, -1, [NOW]]),
  ...claimAttacks('amr', 'bad_claim', [null, 'pwd', [1], ['a b'], [''], {}, Array(17).fill('pwd')]),
])

const actors = (depth: number): object =>
  depth === 1 ? { sub: 'svc:a' } : { sub: 'svc:a', act: actors(depth - 1) }
refuseAll('B16 act is a chain of subjects, at most eight', [
  ...claimAttacks('act', 'bad_claim', [
    null,
    'svc:a',
    1,
    [],
    {},
    { sub: 1 },
    { sub: 'a' },
    { sub: 'svc:a', act: {} },
    { sub: 'svc:a', act: null },
    actors(9),
  ]),
])
t.test(
  'B16 the outermost actor comes first, and other members of actors are dropped',
  async (t) => {
    t.match(verifier.verify(withClaims({ act: actors(8) }), NOW), { claims: { act: actors(8) } })
    const act = { sub: 'svc:a', iss: 'x', admin: true, act: { sub: 'svc:admin', x: 1 } }
    const outcome = verifier.verify(withClaims({ act }), NOW)
    t.strictSame(outcome.kind === 'valid' && outcome.claims.act, {
      sub: 'svc:a',
      act: { sub: 'svc:admin' },
    })
  },
)

refuseAll(
  'B17 a token whose binding cannot be checked is refused',
  claimAttacks('cnf', 'proof_missing', [
    {},
    null,
    'x',
    false,
    [THUMBPRINT],
    { jkt: 'x' },
    { jkt: `${THUMBPRINT}=` },
    { jkt: [THUMBPRINT] },
    { 'x5t#S256': 'x' },
    { jwk: { kty: 'OKP' } },
    { jkt: THUMBPRINT, kid: 'k' },
  ]),
)

t.test('B17 a bound token is of a kind of its own, and says what must be proven', async (t) => {
  const bindings = [
    { jkt: THUMBPRINT },
    { 'x5t#S256': THUMBPRINT },
    { jkt: THUMBPRINT, 'x5t#S256': THUMBPRINT },
  ]
  for (const cnf of bindings) {
    const token = signAccessToken(RECORD, { ...CLAIMS, cnf })
    t.equal(token, withClaims({ cnf }))
    const outcome = verifier.verify(token, NOW)
    t.strictSame(outcome, { kind: 'bound', claims: { ...CLAIMS, cnf }, kid: KID })
    t.ok(outcome.kind === 'bound' && Object.isFrozen(outcome.claims.cnf))
  }
  t.match(verifier.verify(withClaims({ cnf: undefined }), NOW), { kind: /^valid$/ })
})

refuseAll(
  'a place in a status list that is none is refused',
  claimAttacks('status', 'bad_claim', [
    {},
    null,
    'x',
    { status_list: null },
    { status_list: { idx: -1, uri: 'https://sso.example/status-lists/0' } },
    { status_list: { idx: 1.5, uri: 'https://sso.example/status-lists/0' } },
    { status_list: { idx: '1', uri: 'https://sso.example/status-lists/0' } },
    { status_list: { idx: 1, uri: '/status-lists/0' } },
    { status_list: { idx: 1 } },
  ]),
)

t.test('a place in a status list is passed on, and nothing beside it', async (t) => {
  const status = { status_list: { idx: 0, uri: 'https://sso.example/status-lists/0' } }
  const more = { ...status, other: 1, status_list: { ...status.status_list, x: 2 } }
  t.strictSame(verifier.verify(withClaims({ status: more }), NOW), {
    kind: 'valid',
    claims: { ...CLAIMS, status },
    kid: KID,
  })
  t.equal(signAccessToken(RECORD, { ...CLAIMS, status }), withClaims({ status }))
})

t.test('the claims are those of the profile, in a new frozen object', async (t) => {
  const extra = { admin: true, roles: ['admin'], nbf: NOW, azp: 'x', exp_: 1 }
  const outcome = verifier.verify(withClaims({ ...extra, act: actors(2) }), NOW)
  if (outcome.kind === 'invalid') throw new Error(outcome.fault)
  const { claims } = outcome
  t.strictSame(claims, { ...CLAIMS, act: actors(2) })
  for (const part of [claims, claims.rev, claims.routes, claims.amr, claims.act, claims.act?.act]) {
    t.ok(Object.isFrozen(part))
  }
  const again = verifier.verify(withClaims({}), NOW)
  t.not(again.kind === 'valid' && again.claims, claims)
  t.notOk(
    'act' in ((again.kind === 'valid' && again.claims) || {}),
    'absent claims are absent, not undefined',
  )
})

t.test('a refusal is a shared frozen value and no Error', async (t) => {
  const first = verifier.verify('', NOW)
  t.equal(verifier.verify('x', NOW), first)
  t.ok(Object.isFrozen(first))
  t.notOk(first instanceof Error)
})

t.test('amr may be empty or have 16 entries', async (t) => {
  for (const amr of [[], Array(16).fill('pwd')]) t.ok(accepted({ amr }))
})
