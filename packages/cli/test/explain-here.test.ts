import { deriveServiceKey, signAccessToken } from '@latchkey/tokens'
import t from 'tap'
import { widthOf } from '../src/text-width.ts'
import { NOW_MS, runLine } from './fixtures/stand-ins.ts'

t.test(
  'with --keys nobody is asked, and what only the issuer knows is said to be unknown',
  async (t) => {
    const [issuer, audience] = ['https://sso.example', 'https://orders.example']
    const master = Buffer.alloc(32, 7)
    const key = deriveServiceKey({ master, issuer, audience, alg: 'HS256', generation: 1 })
    const iat = NOW_MS / 1000 - 60
    const token = signAccessToken(key, {
      ...{ iss: issuer, aud: audience, sub: 'svc:jobs', client_id: 'jobs', iat, exp: iat + 300 },
      ...{ jti: 'R47JkEjZbDwW-jgauy7uug', scope: '', rev: [0, 1, 1], routes: ['GET /orders/:id'] },
    })
    const route = { method: 'GET', pattern: '/orders/:id', number: 0, current: true }
    const k = key.key.export().toString('base64url')
    const jwk = { kty: 'oct', k, alg: 'HS256', kid: key.kid }
    const cwd = t.testdir({
      'token.txt': token,
      'keys.json': JSON.stringify({ keys: [jwk] }),
      'routes.json': JSON.stringify({ routes: [route] }),
      'no-routes.json': '{"routes": [{"number": 1}]}',
      'no-json.json': 'eyJzZWNyZXQi',
    })
    const line = ['explain', 'token.txt', 'GET', '/orders/7', '--keys', 'keys.json']
    const explain = async (more: string[], env = {}) =>
      await runLine([...line, '--issuer', issuer, ...more], { cwd, env })
    const full = await explain(['--routes', 'routes.json'])
    t.equal(full.code, 0, full.err)
    t.match(
      full.out,
      /^Without the issuer, and taking what is unknown for good:\n200: the service takes/,
    )
    for (const name of ['lease', 'not ended', 'log position']) {
      t.match(full.out, new RegExp(`\n${name} +unknown\n {4}The issuer was not asked\\.\n`))
    }
    t.match(full.out, /\n {4}signed at epoch 1, offset 1\n/)
    t.match(full.out, /\nright +passed\n {4}by GET \/orders\/:id in the token\n$/)
    const half = await explain([])
    t.match(half.out, /\nright +unknown\n[\s\S]*the token has GET \/orders\/:id\n$/)
    const other = await explain(['--keys', 'keys.json', '--service', issuer])
    t.match(other.out, /\n401: [\s\S]*received https:\/\/orders\.example\n/)
    const json = await explain(['--json'])
    t.match(JSON.parse(json.out), { status: 200, service: audience, decided_by: 'right' })
    const chinese = await explain(['--routes', 'routes.json'], { LANG: 'zh_CN.UTF-8' })
    t.match(chinese.out, /^未询问签发服务，未知的项视为通过：\n200：/)
    for (const { out } of [full, half, other, json, chinese]) {
      t.ok(
        out.split('\n').every((one) => widthOf(one) <= 80),
        out,
      )
      t.notOk(out.includes(k) || out.includes(token.slice(-20)), 'neither key nor token is shown')
    }
    for (const [wrong, says] of [
      [[...line.slice(0, 4), '--routes', 'routes.json'], /needs --keys FILE/],
      [line, /needs --issuer URL/],
      [
        [...line, '--issuer', issuer, '--routes', 'no-routes.json'],
        /something else[\s\S]*routes-file/,
      ],
      [[...line, '--issuer', issuer, '--routes', 'no.json'], /ENOENT[\s\S]*routes-file/],
      [[...line.slice(0, 5), 'no-json.json', '--issuer', issuer], /not JSON[\s\S]*keys-file/],
    ] as const) {
      const { code, err } = await runLine(wrong, { cwd })
      t.equal(code, 2, err)
      t.match(err, says)
      t.notMatch(err, 'eyJzZWNyZXQi')
    }
  },
)

t.test('a file that is not there is not taken for a token', async (t) => {
  const cwd = t.testdir({ folder: {} })
  const says = async (subject: string, env = {}) =>
    (await runLine(['explain', subject, 'GET', '/x'], { cwd, env })).err.replaceAll('\n', ' ')
  for (const name of ['nofile.txt', './a/b.jwt', '~token', 'nofile']) {
    t.match(await says(name), `${name} cannot be read: there is no such file. It is no token`)
    t.match(await says(name), '[token-file]')
  }
  t.match(await says('folder'), 'folder cannot be read: EISDIR')
  t.match(await says('nofile.txt', { LANG: 'zh_CN.UTF-8' }), '没有这个文件')
  // Cut, with its scheme, or only alike: what is wrong with a token is explained, and here nobody knows its service.
  for (const token of ['a.b.c', 'eyJhbGciOiJ', 'eyJh.eyJp', 'Bearer abc']) {
    t.match(await says(token), 'needs --service AUDIENCE')
  }
})
