import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCodes } from '@latchkey/error-pages'
import t from 'tap'
import { refusedLines } from '../src/explain-refused.ts'
import { explainedLines } from '../src/explained-lines.ts'
import { sayIn } from '../src/messages/text.ts'
import { smallIssuer } from './fixtures/small-issuer.ts'
import { fakeIssuer, runLine, TOKEN_REPLY } from './fixtures/stand-ins.ts'

t.test('explain prints the page about a code, in 80 columns', async (t) => {
  const { code, out } = await runLine(['explain', '[owned-by-file]'])
  t.equal(code, 0)
  const lines = out.split('\n')
  t.equal(lines[0], 'owned-by-file')
  for (const title of ['What it means', 'Usual causes', 'What to do']) t.ok(lines.includes(title))
  t.ok(lines.includes('    latchkey plan latchkey.yaml'), 'commands stand as they are')
  t.ok(lines.every((line) => line.length <= 80))
})

t.test('titles and the first sentence are in the language of the terminal', async (t) => {
  const { code, out } = await runLine(['explain', 'owned-by-file'], {
    env: { LANG: 'zh_CN.UTF-8' },
  })
  t.equal(code, 0)
  t.match(out, '含义')
  t.match(out, /。/)
})

t.test('without a code it lists them all, and --json is for programs', async (t) => {
  const { code, out } = await runLine(['explain', '--json'])
  t.equal(code, 0)
  const codes = JSON.parse(out).map((page: { code: string }) => page.code)
  t.strictSame(codes, errorCodes())
})

t.test('a code that there is not is refused with the nearest one', async (t) => {
  const { code, err } = await runLine(['explain', 'owned-by-fil'])
  t.equal(code, 1)
  t.match(err, 'owned-by-file')
  t.match(err, '[unknown-code]')
})

t.test('a token is explained from a file, from standard input and as it is', async (t) => {
  const cwd = t.testdir()
  const { issuer, port, ...opened } = await smallIssuer(cwd)
  t.teardown(() => opened.close())
  const { clientId, clientSecret } = JSON.parse(
    readFileSync(join(cwd, '.latchkey', 'cli.json'), 'utf8'),
  )
  const answer = await fetch(`http://127.0.0.1:${port}/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource: issuer }),
  })
  const { access_token: token } = (await answer.json()) as { access_token: string }
  writeFileSync(join(cwd, 'token.txt'), `Bearer ${token}\n`)
  const rows: [line: string[], stdin?: string][] = [
    [['token.txt', 'get', '/admin/v1/users']],
    [['-', 'GET', `${issuer}/admin/v1/users?access_token=x`], token],
    [[token, 'GET', '/admin/v1/users', '--service', issuer]],
  ]
  for (const [line, stdin = ''] of rows) {
    const { code, out, err } = await runLine(['explain', ...line], { cwd, stdin })
    t.equal(code, 0, err)
    t.match(out, /^200: the service takes the request\.\nToken \S+ of svc:latchkey-cli/)
    t.match(out, /\nroute +passed\n {4}GET \/admin\/v1\/users\n/)
    t.match(out, /\nright +passed\n {4}by \* \/admin\/v1\/\* in the token\n/)
    t.notMatch(out, token.slice(-20), 'the token is not shown')
  }
  const json = await runLine(['explain', 'token.txt', 'GET', '/admin/v1/users', '--json'], { cwd })
  t.match(JSON.parse(json.out), { status: 200, decided_by: 'right', service: issuer })
  const refused = await fetch(`http://127.0.0.1:${port}/admin/v1/users`)
  const id = ((await refused.json()) as { instance: string }).instance.slice('urn:request:'.length)
  const known = await runLine(['explain', '--request', id], { cwd })
  t.equal(known.code, 0, known.err)
  t.match(known.out, /^The issuer refused it: 401 no-credentials\n {4}GET \/admin\/v1\/users at /)
  const nobody = await runLine(['explain', '--request', 'nobody'], { cwd })
  t.strictSame(
    [nobody.code, nobody.out.split('\n')[0]],
    [1, 'Nobody who was asked remembers a refused request of this id.'],
  )
  const chinese = await runLine(['explain', '-', 'GET', '/nowhere', '--service', issuer], {
    ...{ cwd, stdin: 'garbage', env: { LANG: 'zh_CN.UTF-8' } },
  })
  t.match(chinese.out, '404：服务没有该路由。')
  t.match(chinese.out, '不具有签名令牌的格式')
})

t.test('without a path, or a service that the token names, nothing is asked', async (t) => {
  const issuer = await fakeIssuer(TOKEN_REPLY)
  t.teardown(issuer.close)
  for (const [line, what] of [
    [['-', 'GET'], 'PATH'],
    [['-', 'GET', '/'], '--service AUDIENCE'],
  ] as const) {
    const { code, err } = await runLine(['explain', ...line], { env: issuer.env, stdin: 'x' })
    t.equal(code, 2)
    t.match(err, what)
  }
  t.strictSame(issuer.lines(), [])
})

t.test('every part of an explanation is told, and nothing steers the terminal', async (t) => {
  const speaker = { say: sayIn({}), terminal: { timeZone: 'UTC' } as never }
  const from = [{ grant: 'GET /orders', kind: 'direct' }]
  const checks = [
    {
      check: 'route',
      outcome: 'unknown',
      reason: 'expression',
      detail: { route: 'GET /o/:id', others: ['GET /o/*'], perhaps: ['GET /o/(x)'], public: true },
    },
    {
      check: 'lease',
      outcome: 'passed',
      detail: {
        verifiers: [
          { instance: 'one', connected: true, applied: [{ partition: 0, epoch: 3, offset: 7 }] },
          { instance: 'two', connected: true, applied: [] },
          { instance: 'old', connected: false, gone_at: 1_795_410_000, applied: [] },
        ],
      },
    },
    { check: 'form', outcome: 'passed', detail: { never: 'told' } },
    {
      check: 'key',
      outcome: 'failed',
      reason: 'unknown_kid',
      detail: { kid: 'k\u001b[2J', keys: [{ kid: 'k1', state: 'active' }] },
    },
    {
      check: 'audience',
      outcome: 'failed',
      reason: 'wrong_audience',
      detail: { received: 'b', expected: 'a' },
    },
    {
      check: 'time',
      outcome: 'failed',
      reason: 'expired',
      detail: { iat: 1_795_409_700, exp: 1_795_410_000, now: 1_795_410_001 },
    },
    {
      check: 'ended',
      outcome: 'failed',
      reason: 'session_ended',
      detail: {
        entry: { kind: 'session', about: 's0_x', epoch: 3, offset: 7 },
        by: { sub: 'u_boss', at: 1_795_410_000, reason: 'admin', record: 12, request_id: 'r.1' },
        applied_by: ['one'],
        not_yet_applied_by: ['two'],
      },
    },
    {
      check: 'current',
      outcome: 'failed',
      reason: 'ahead',
      detail: { rev: { epoch: 3, offset: 8 }, behind: ['two'] },
    },
    { check: 'binding', outcome: 'not_reached' },
    {
      check: 'right',
      outcome: 'failed',
      reason: 'not_granted',
      detail: { from, nearest: from[0], roles: [{ role: 'clerk', grant: 'POST /orders' }] },
    },
    { check: 'of_tomorrow', outcome: 'failed', reason: 'unheard_of' },
  ]
  const token = { jti: 'j', sub: 'u_ada', client_id: 'orders', sid: 's0_x' }
  const lines = explainedLines({ status: 401, token, checks }, speaker)
  t.matchOnly(lines, [
    '401: the service refuses the token.',
    'Token j of u_ada, for orders, session s0_x.',
    '',
    /^route +unknown$/,
    '    A route with a regular expression may come first: only the service knows.',
    '    GET /o/:id',
    '    everybody may call it',
    '    would match, too: GET /o/*',
    '    may come first: GET /o/(x)',
    /^lease +passed$/,
    '    one is connected, at epoch 3, offset 7',
    '    two is connected, at no place yet',
    '    old is away since 2026-11-23 05:00:00',
    /^form +passed$/,
    /^key +FAILED$/,
    '    it is signed with a key that is not known',
    '    the token names k\uFFFD[2J',
    '    the service has k1 (active)',
    /^audience +FAILED$/,
    '    it is for another service',
    '    received b',
    '    expected a',
    /^time +FAILED$/,
    '    it has expired',
    '    issued 2026-11-23 04:55:00, ends 2026-11-23 05:00:00, now 2026-11-23',
    '    05:00:01',
    /^not ended +FAILED$/,
    '    Its session was ended.',
    '    entry session s0_x, at epoch 3, offset 7',
    '    by u_boss at 2026-11-23 05:00:00, because of admin (audit record 12)',
    '    in the request r.1',
    '    applied by one',
    '    not yet applied by two, which still take it',
    /^log position +FAILED$/,
    '    The token is newer than what verifiers have heard of the log.',
    '    signed at epoch 3, offset 8',
    '    behind: two',
    /^binding +not reached$/,
    /^right +FAILED$/,
    '    No grant opens the route.',
    '    own grant GET /orders',
    '    nearest: own grant GET /orders',
    '    role clerk would open it: POST /orders',
    /^of_tomorrow +FAILED$/,
    '    unheard_of',
  ])
})

t.test('what issuer and services remember of a request is told, and who is silent', async (t) => {
  const speaker = { say: sayIn({}), terminal: { timeZone: 'UTC' } as never }
  const at = 1_795_410_000
  const found = {
    issuer: {
      ...{ at, method: 'POST', route: '/token', status: 400, code: 'invalid_grant' },
      ...{ reason: 'code_replayed', client_id: 'orders' },
    },
    services: [
      {
        ...{
          service: 'http://a',
          instance: 'one',
          at,
          status: 401,
          reason: 'expired',
          method: 'GET',
        },
        ...{ route: '/orders/:id', jti: 'j', sub: 'u_ada\u001b[2J', lease_ms: 4870 },
        applied: [{ partition: 0, epoch: 3, offset: 7 }],
      },
    ],
    not_asked: ['away', 'silent', 'other_process', 'of_tomorrow'].map((why) => ({
      ...{ service: 'http://b', instance: 'two', why },
    })),
  }
  t.strictSame(refusedLines(found, speaker), [
    'The issuer refused it: 400 invalid_grant',
    '    code_replayed',
    '    POST /token at 2026-11-23 05:00:00',
    '    called by orders',
    'http://a refused it: 401',
    '    expired: it has expired',
    '    GET /orders/:id at 2026-11-23 05:00:00',
    '    the token said: jti j, sub u_ada\uFFFD[2J',
    '    verifier one was at epoch 3, offset 7, with a lease for 4.9 s',
    'These said nothing:',
    '    two of http://b: it is not connected',
    '    two of http://b: it did not answer within a second',
    '    two of http://b: it is connected to another issuer process, which said',
    '    nothing',
    '    two of http://b: of_tomorrow',
  ])
})
