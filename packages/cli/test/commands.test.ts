import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { widthOf } from '../src/text-width.ts'
import { fakeIssuer, type Reply, runLine, TOKEN_REPLY } from './fixtures/stand-ins.ts'

const SUB = 'u_01JD0000000000000000000000'
const SID = `s0_${'x'.repeat(22)}`
const ADA = { sub: SUB, username: 'Ada', name: 'Ada Lovelace', disabled: false, roles: [] }
const SEARCH = 'GET /admin/v1/users?search=ada&limit=500'
const FOUND = {
  [SEARCH]: { body: { users: [{ sub: `${SUB.slice(0, -1)}1`, username: 'adam' }, ADA] } },
}
const QUARANTINE = '/admin/v1/services/https%3A%2F%2Forders.example%2Fa%3Fb'
const ENDED = { ended: true, epoch: 1, entries: [], closed_by: '2026-11-23T05:00:05.200Z' }

t.test('commands ask the issuer for the right things and say what came of it', async (t) => {
  const cases: {
    line: string
    replies: Record<string, Reply>
    asks: string[]
    body?: unknown
    stdin?: string
    out: RegExp | string
  }[] = [
    {
      line: `sessions end ${SID}`,
      replies: { 'POST /admin/v1/ends': { body: ENDED } },
      asks: ['POST /admin/v1/ends'],
      body: { target: { kind: 'session', sid: SID } },
      out: 'Ended. No service accepts it after 2026-11-23 05:00:06.\n',
    },
    {
      line: 'sessions end --user ada',
      replies: { ...FOUND, 'POST /admin/v1/ends': { body: ENDED } },
      asks: [SEARCH, 'POST /admin/v1/ends'],
      body: { target: { kind: 'user', sub: SUB } },
      out: /^Ended\./,
    },
    {
      line: 'users add ada --name Ada --email a@example.com --role x --role y --password-stdin',
      replies: { 'POST /admin/v1/users': { status: 201, body: ADA } },
      asks: ['POST /admin/v1/users'],
      stdin: 'correct horse \n',
      body: {
        username: 'ada',
        name: 'Ada',
        email: 'a@example.com',
        roles: ['x', 'y'],
        password: 'correct horse ',
      },
      out: `Ada is added: ${SUB}\n`,
    },
    {
      line: 'users add ada --no-password --json',
      replies: { 'POST /admin/v1/users': { status: 201, body: ADA } },
      asks: ['POST /admin/v1/users'],
      body: { username: 'ada' },
      out: `${JSON.stringify(ADA, null, 2)}\n`,
    },
    {
      line: 'users disable ada',
      replies: { ...FOUND, [`POST /admin/v1/users/${SUB}/disable`]: { status: 204 } },
      asks: [SEARCH, `POST /admin/v1/users/${SUB}/disable`],
      out: 'Ada is disabled, and all sessions have ended.\n',
    },
    {
      line: 'users enable ADA',
      replies: {
        'GET /admin/v1/users?search=ADA&limit=500': { body: { users: [ADA] } },
        [`POST /admin/v1/users/${SUB}/enable`]: { status: 204 },
      },
      asks: ['GET /admin/v1/users?search=ADA&limit=500', `POST /admin/v1/users/${SUB}/enable`],
      out: 'Ada is enabled.\n',
    },
    {
      line: 'users remove-code ada',
      replies: { ...FOUND, [`DELETE /admin/v1/users/${SUB}/one-time-code`]: { status: 204 } },
      asks: [SEARCH, `DELETE /admin/v1/users/${SUB}/one-time-code`],
      out: 'Ada signs in without a one-time code, and all sessions have ended.\n',
    },
    {
      line: 'users remove ada --yes',
      replies: { ...FOUND, [`DELETE /admin/v1/users/${SUB}`]: { status: 204 } },
      asks: [SEARCH, `DELETE /admin/v1/users/${SUB}`],
      out: 'Ada is deleted, and all sessions have ended.\n',
    },
    {
      line: 'clients disable orders',
      replies: { 'POST /admin/v1/clients/orders/disable': { status: 204 } },
      asks: ['POST /admin/v1/clients/orders/disable'],
      out: 'orders is disabled, and everything that it was given has ended.\n',
    },
    {
      line: 'clients enable orders --json',
      replies: { 'POST /admin/v1/clients/orders/enable': { status: 204 } },
      asks: ['POST /admin/v1/clients/orders/enable'],
      out: '{\n  "client": "orders",\n  "disabled": false\n}\n',
    },
    {
      line: 'services disable https://orders.example/a?b',
      replies: { [`POST ${QUARANTINE}/disable`]: { status: 204 } },
      asks: [`POST ${QUARANTINE}/disable`],
      out: 'https://orders.example/a?b is in quarantine.\n',
    },
    {
      line: 'services enable https://orders.example/a?b',
      replies: { [`POST ${QUARANTINE}/enable`]: { status: 204 } },
      asks: [`POST ${QUARANTINE}/enable`],
      out: 'https://orders.example/a?b is open again.\n',
    },
    {
      line: 'users passwd ada --password-stdin',
      replies: { ...FOUND, [`PUT /admin/v1/users/${SUB}/password`]: { status: 204 } },
      asks: [SEARCH, `PUT /admin/v1/users/${SUB}/password`],
      stdin: 'new password',
      body: { password: 'new password' },
      out: 'Ada has a new password, and all sessions have ended.\n',
    },
  ]
  for (const { line, replies, asks, body, stdin = '', out } of cases) {
    const issuer = await fakeIssuer({ ...TOKEN_REPLY, ...replies })
    const ran = await runLine(line.split(' '), { env: issuer.env, stdin })
    issuer.close()
    t.equal(ran.err, '', line)
    t.equal(ran.code, 0)
    t.same(issuer.lines(), ['POST /token', ...asks])
    if (typeof out === 'string') t.equal(ran.out, out)
    else t.match(ran.out, out)
    if (!line.includes('--json')) t.ok(ran.out.split('\n').every((one) => widthOf(one) <= 80))
    if (body !== undefined) t.same(JSON.parse(issuer.seen.at(-1)?.body ?? ''), body)
    for (const one of issuer.seen.slice(1)) t.equal(one.headers.authorization, 'Bearer the-token')
  }
})

t.test(
  'RFC 6749 section 2.3.1: the machine token is asked for with encoded credentials',
  async (t) => {
    const issuer = await fakeIssuer({ ...TOKEN_REPLY, 'POST /admin/v1/ends': { body: ENDED } })
    t.teardown(issuer.close)
    await runLine(['sessions', 'end', SID], { env: issuer.env })
    const [seen] = issuer.seen
    t.equal(seen?.headers.host, 'sso.localhost:4000', 'the public name, whatever the address is')
    const pair = 'ops%3Acli:a+secret+%25+of+%2B+the+operators+1234'
    t.equal(seen?.headers.authorization, `Basic ${Buffer.from(pair).toString('base64')}`)
    t.same(
      [...new URLSearchParams(seen?.body)],
      [
        ['grant_type', 'client_credentials'],
        ['resource', 'http://sso.localhost:4000'],
      ],
    )
  },
)

t.test('what goes wrong has a line and an exit code, and no secret', async (t) => {
  const refuse = (status: number, body?: unknown, headers = {}): Reply => ({
    status,
    body,
    headers,
  })
  const refused = (body: unknown) => ({ ...TOKEN_REPLY, [SEARCH]: refuse(422, body) })
  const cases: [replies: Record<string, Reply>, code: number, says: RegExp][] = [
    [
      { 'POST /token': refuse(401, { error: 'invalid_client' }) },
      4,
      /credentials of ops:cli\. \[invalid_client\]/,
    ],
    [{ 'POST /token': refuse(503, '', { 'retry-after': '7' }) }, 3, /not ready.*in 7 s/],
    [{ 'POST /token': { body: '<html>a portal</html>' } }, 1, /not a Latchkey issuer/],
    [{ 'POST /token': refuse(500, 'oops') }, 1, /not a Latchkey issuer/],
    [
      { ...TOKEN_REPLY, [SEARCH]: refuse(403, { code: 'insufficient_scope' }) },
      4,
      /insufficient_scope/,
    ],
    [{ ...TOKEN_REPLY, [SEARCH]: { body: { users: [] } } }, 1, /There is no user ada\./],
    [
      {
        ...TOKEN_REPLY,
        ...FOUND,
        [`POST /admin/v1/users/${SUB}/disable`]: refuse(404, {
          code: 'unknown-user',
          detail: 'gone \u001b[2J',
        }),
      },
      1,
      /The issuer refuses: gone \ufffd\[2J/,
    ],
    [
      refused({ code: 'client-metadata', detail: 'at least one', where: 'uris' }),
      1,
      /The issuer refuses: uris: at least one \[client-metadata\]/,
    ],
    [
      refused({ code: 'unknown-role', detail: 'a role' }),
      1,
      /: a role\. latchkey roles list shows all there are\. \[unknown-role\]/,
    ],
    [
      refused({ code: 'unknown-role', detail: 'a role (did you mean "a"?)' }),
      1,
      /: a role \(did you mean "a"\?\) \[unknown-role\]/,
    ],
    [{ ...TOKEN_REPLY, [SEARCH]: refuse(503) }, 3, /not ready \(status 503\)/],
  ]
  for (const [replies, code, says] of cases) {
    const issuer = await fakeIssuer(replies)
    const ran = await runLine(['users', 'disable', 'ada'], { env: issuer.env })
    issuer.close()
    t.equal(ran.code, code, says.source)
    t.match(ran.err.replaceAll('\n', ' '), says)
    t.equal(ran.out, '')
    t.notMatch(ran.err, /secret %|the-token/)
  }
  const taken = await fakeIssuer(
    refused({ code: 'unknown-role', detail: 'a role', received: '"x"' }),
  )
  const env = { ...taken.env, LC_ALL: 'zh_CN.UTF-8' }
  const chinese = await runLine(['users', 'disable', 'ada'], { env })
  t.match(chinese.err, '签发服务拒绝：没有这个角色。a role。latchkey roles list')
  const json = await runLine(['users', 'disable', 'ada', '--json'], { env })
  t.match(JSON.parse(json.err).error, { code: 'unknown-role', why: /^a role$/, received: '"x"' })
  taken.close()

  const gone = await fakeIssuer({})
  gone.close()
  const unreachable = await runLine(['users', 'disable', 'ada'], { env: gone.env })
  t.equal(unreachable.code, 3)
  t.match(unreachable.err, /cannot be reached at http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\)/)

  const issuer = await fakeIssuer({
    ...TOKEN_REPLY,
    'POST /admin/v1/ends': { body: { ended: false } },
  })
  t.teardown(issuer.close)
  const nothing = await runLine(['sessions', 'end', SID], { env: issuer.env })
  t.match(nothing, { code: 1, err: /There is no such session any more/ })
})

t.test('a user is found by the whole name, also on a later page', async (t) => {
  const page = Array.from({ length: 100 }, (_, i) => ({
    sub: `u_01JD00000000000000000${String(i).padStart(5, '0')}`,
    username: `ada${i}`,
  }))
  const second = `${SEARCH}&after=a-cursor.mac`
  const issuer = await fakeIssuer({
    ...TOKEN_REPLY,
    [SEARCH]: { body: { users: page, next: 'a-cursor.mac' } },
    [second]: { body: { users: [ADA] } },
    [`POST /admin/v1/users/${SUB}/disable`]: { status: 204 },
  })
  t.teardown(issuer.close)
  t.equal((await runLine(['users', 'disable', 'ada'], { env: issuer.env })).code, 0)
  t.same(issuer.lines().slice(1, 3), [SEARCH, second])
})

t.test('credentials come from the environment or from the closed file of an issuer', async (t) => {
  const issuer = await fakeIssuer({ ...TOKEN_REPLY, 'POST /admin/v1/ends': { body: ENDED } })
  t.teardown(issuer.close)
  const folder = t.testdir({ '.latchkey': {}, data: {}, secret: 'from a file\n' })
  const credentials = {
    issuer: 'http://sso.localhost:4000',
    issuerAddress: `http://localhost:${issuer.port}`,
    clientId: 'latchkey-cli',
    clientSecret: 'kept in the data folder',
  }
  const put = (file: string, content: unknown, mode = 0o600) => {
    writeFileSync(
      join(folder, file),
      typeof content === 'string' ? content : JSON.stringify(content),
    )
    chmodSync(join(folder, file), mode)
  }
  const end = (more: string[] = [], env: Record<string, string> = {}) =>
    runLine(['sessions', 'end', SID, ...more], { cwd: folder, env })
  const usedSecret = () => {
    const basic = issuer.seen.at(-2)?.headers.authorization?.slice(6) ?? ''
    return Buffer.from(basic, 'base64').toString().split(':')[1]
  }

  t.match(await end(), { code: 2, err: /No credentials/ })
  put('.latchkey/cli.json', credentials)
  t.match(await end(), { code: 0, err: '' })
  t.equal(usedSecret(), 'kept+in+the+data+folder')
  put('data/cli.json', { ...credentials, clientSecret: 'elsewhere' })
  t.equal((await end(['--data-dir', 'data'])).code, 0)
  t.equal(usedSecret(), 'elsewhere')
  t.equal((await end([], { LATCHKEY_DATA_DIR: 'data' })).code, 0)
  chmodSync(join(folder, 'secret'), 0o600)
  const { LATCHKEY_CLI_CLIENT_SECRET: _, ...rest } = issuer.env
  t.equal((await end([], { ...rest, LATCHKEY_CLI_CLIENT_SECRET_FILE: 'secret' })).code, 0)
  t.equal(usedSecret(), 'from+a+file')

  const bad: [content: unknown, mode: number, says: RegExp][] = [
    [credentials, 0o644, /can be read by others/],
    ['{"clientSecret": "half a secr', 0o600, /\(?JSON/],
    [{ ...credentials, clientSecret: undefined }, 0o600, /clientSecret/],
    [{ ...credentials, issuer: 'not a url' }, 0o600, /URL/],
  ]
  for (const [content, mode, says] of bad) {
    put('.latchkey/cli.json', content, mode)
    const ran = await end()
    t.equal(ran.code, 2)
    t.match(ran.err.replaceAll('\n', ' '), says)
    t.notMatch(ran.err, /half a secr|kept in/)
  }
  const incomplete = await end([], { LATCHKEY_CLI_CLIENT_ID: 'x' })
  t.match(incomplete, { code: 2, err: /LATCHKEY_CLI_ISSUER is not/ })
})
