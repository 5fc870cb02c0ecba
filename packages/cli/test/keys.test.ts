import t from 'tap'
import { fakeIssuer, NOW_MS, type Reply, runLine, TOKEN_REPLY } from './fixtures/stand-ins.ts'

const KID = 'orders.example.hJ3Kq0ZtLmPw.2'
const SERVICE = 'https://orders.example'
const row = (members: object) => ({
  kid: KID,
  alg: 'HS256',
  state: 'pending',
  services: [SERVICE],
  since: NOW_MS / 1000,
  ...members,
})
const waits = (client: string, connected: boolean) => ({
  instance: 'i\u001b[2J',
  service: SERVICE,
  client,
  connected,
})
const keys = (...list: object[]): Reply => ({ body: { keys: list } })

async function run(line: string, replies: Record<string, Reply | (() => Reply)>, lang = 'C') {
  const issuer = await fakeIssuer({ ...TOKEN_REPLY, ...replies })
  const ran = await runLine(line.split(' '), { env: { ...issuer.env, LANG: lang } })
  issuer.close()
  return { ...ran, issuer }
}

t.test('keys list shows which keys there are, and who has not confirmed', async (t) => {
  const list = keys(
    row({ waits_for: [waits('orders', true), waits('old', false)] }),
    row({ kid: 'rs256.x', alg: 'RS256', state: 'active', services: [] }),
  )
  const { out, code } = await run('keys list', { 'GET /admin/v1/keys': list })
  t.equal(code, 0)
  t.equal(
    out,
    [
      'KEY                                        ALG    STATE     SINCE',
      `${KID.padEnd(41)}  HS256  pending   2026-11-23 05:00`,
      `    ${SERVICE}`,
      `    not confirmed by orders at ${SERVICE} (i\ufffd[2J)`,
      `    lost and perhaps with a lease: old at ${SERVICE} (i\ufffd[2J)`,
      `${'rs256.x'.padEnd(41)}  RS256  active    2026-11-23 05:00`,
      '',
    ].join('\n'),
  )
  const json = await run('keys list --json', { 'GET /admin/v1/keys': list })
  t.same(JSON.parse(json.out), list.body)
  t.match((await run('keys list', { 'GET /admin/v1/keys': list }, 'zh_CN')).out, /尚未确认/)
})

t.test('keys rotate asks for a service by its address, or for an algorithm', async (t) => {
  const cases: [line: string, body: object, started: boolean, out: RegExp][] = [
    [`keys rotate ${SERVICE}`, { service: SERVICE }, true, /new key is orders/],
    ['keys rotate RS256', { alg: 'RS256' }, false, /waits already/],
    ['keys rotate RS256 --json', { alg: 'RS256' }, true, /"started": true/],
  ]
  for (const [line, body, started, says] of cases) {
    const reply = { 'POST /admin/v1/keys/rotate': { status: 201, body: { kid: KID, started } } }
    const { out, code, issuer } = await run(line, reply)
    t.equal(code, 0)
    t.match(out, says)
    t.same(JSON.parse(issuer.seen.at(-1)?.body ?? ''), body)
  }
})

t.test(
  'keys rotate --wait stays until the key signs, and says once what it waits for',
  async (t) => {
    const steps = [
      keys(row({ waits_for: [waits('orders', true)] })),
      keys(row({ waits_for: [waits('orders', true)] })),
      keys(row({ waits_for: [] })),
      keys(row({ state: 'active' })),
    ]
    const rotate = { 'POST /admin/v1/keys/rotate': { body: { kid: KID, started: true } } }
    const left = [...steps]
    const { out, err, code, issuer } = await run(`keys rotate ${SERVICE} --wait`, {
      ...rotate,
      'GET /admin/v1/keys': () => left.shift() ?? {},
    })
    t.equal(code, 0)
    t.match(out, /signs now/)
    t.strictSame(err.split('\n').length, 3)
    t.match(err, /not confirmed by orders[^\n]*\n +everybody holds it/)
    t.equal(issuer.lines().filter((line) => line === 'POST /token').length, 5, 'a token each time')

    const gone = await run(`keys rotate ${SERVICE} --wait`, {
      ...rotate,
      'GET /admin/v1/keys': keys(),
    })
    t.match(gone, { code: 1, err: /gone before it signed/ })
  },
)

t.test('keys retire says by when everything is over', async (t) => {
  const reply = {
    'POST /admin/v1/keys/retire': { body: { kid: KID, closed_by: '2026-11-23T05:00:05.200Z' } },
  }
  const { out, code, issuer } = await run(`keys retire ${KID}`, reply)
  t.equal(code, 0)
  t.equal(
    out,
    `${KID} is retired. No service accepts what it signed\nafter 2026-11-23 05:00:06.\n`,
    'in 80 columns',
  )
  t.same(JSON.parse(issuer.seen.at(-1)?.body ?? ''), { kid: KID })
  const unknown = await run('keys retire nobody', {
    'POST /admin/v1/keys/retire': { status: 404, body: { error: 'unknown-key' } },
  })
  t.match(unknown, { code: 1, err: /unknown-key/ })
  t.match(await run('keys retire', {}), { code: 2, err: /needs KEY/ })
})
