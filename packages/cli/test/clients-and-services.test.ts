import { readFileSync } from 'node:fs'
import t from 'tap'
import { widthOf } from '../src/text-width.ts'
import { smallIssuer } from './fixtures/small-issuer.ts'
import { runLine } from './fixtures/stand-ins.ts'

const cwd = t.testdir()
const issuer = await smallIssuer(cwd)
t.teardown(() => issuer.close())

const SERVICE = 'http://orders.localhost'
const GRANT = `${SERVICE} GET /orders`

/** Words in brackets are one argument. */
async function run(line: string, lang = 'C') {
  const argv = [...line.matchAll(/\[(.*?)\](?= |$)|(\S+)/g)].map(
    ([, one, word]) => one ?? word ?? '',
  )
  const ran = await runLine(argv, { cwd, env: { LANG: lang } })
  const wide = ran.out.split('\n').filter((text) => widthOf(text) > 80)
  // A line that is wider is one that has to be copied whole.
  if (!line.endsWith('--json')) t.strictSame(wide, [], `${line}: nothing is wider than 80 columns`)
  return ran
}

async function json(line: string): Promise<Record<string, unknown>> {
  return JSON.parse((await run(`${line} --json`)).out || '{}')
}

t.test('a service is added by hand, with its client', async (t) => {
  const steps: [line: string, out: RegExp][] = [
    [`services add ${SERVICE} --name Orders`, /is added\./],
    [
      'clients add orders --set grant_types=[] --name Orders',
      /Secret \d+ of orders.*never again:\n[\w-]{43}\n/s,
    ],
    [`services set ${SERVICE} --client orders --seconds 120`, /is changed\./],
    ['services list', /SERVICE +STATE +ALG +NAME\n.*orders\.localhost +open +HS256 +Orders/s],
    [`services show ${SERVICE}`, /CLIENTS +orders\nTOKENS LIVE +120 s/],
    ['clients list', /CLIENT +STATE.*orders +enabled +client_secret_basic +Orders/s],
    [`clients add job --grant-type client_credentials --grant [${GRANT}]`, /job is added/],
    [
      'clients show job',
      /grants +http:\/\/orders\.localhost GET \/orders\nsecret \d+ +SINCE .*LAST USED never/,
    ],
    [
      `clients set job --remove-grant [${GRANT}] --set contacts=["a@example.org"]`,
      /job is changed/,
    ],
    ['clients show job', /contacts +a@example\.org/],
    ['clients set job', /Nothing to change/],
    ['clients set job --set contacts=null', /job is changed/],
    ['clients remove job --yes', /job is removed/],
  ]
  for (const [line, out] of steps) {
    const ran = await run(line)
    t.strictSame([ran.code, ran.err], [0, ''], line)
    t.match(ran.out, out, line)
  }
  t.match(await json(`services show ${SERVICE}`), {
    clients: ['orders'],
    access_token_seconds: 120,
  })
})

t.test('a secret is followed by another one', async (t) => {
  const [old] = (await json('clients secrets list orders'))['secrets'] as { secret_id: number }[]
  const added = await json('clients secrets add orders')
  t.match(added['client_secret'], /^[\w-]{43}$/)
  const full = await run('clients secrets add orders')
  t.strictSame([full.code === 0, full.out], [false, ''])
  t.match(full.err, /client-secrets-full/)
  t.match((await run('clients secrets list orders')).out, /SECRET +SINCE +LAST USED +ENDS\n/)
  const later = await run(`clients secrets remove orders ${old?.secret_id} --at 2099-01-01T12:00Z`)
  t.match(later.out, /ends at 2099-01-01 12:00/)
  t.match((await run(`clients secrets remove orders ${old?.secret_id}`)).out, /has ended/)
  t.match(
    (await run(`clients secrets remove orders ${added['secret_id']}`)).err,
    /client-secret-last/,
  )
})

t.test('what cannot be done is said with its code', async (t) => {
  const cases: [line: string, code: RegExp][] = [
    ['clients show nobody', /unknown-client/],
    ['clients add orders', /client-taken/],
    ['clients add x --redirect-uri javascript:alert(1)', /redirect/],
    ['clients add x --set nothing', /member-form|NAME=VALUE/],
    ['clients add x --auth guess', /guess/],
    ['clients remove orders --yes', /client-in-use/],
    ['services show http://nowhere.localhost', /unknown-service/],
    [`services set ${SERVICE} --seconds many`, /access_token_seconds/],
    [`sessions show s0_${'x'.repeat(22)}`, /unknown-session/],
  ]
  for (const [line, code] of cases) {
    const ran = await run(line)
    t.not(ran.code, 0, line)
    t.match(ran.err, code, line)
  }
})

t.test('sessions are listed and shown, and all of it in Chinese too', async (t) => {
  const { sub } = (await issuer.directory.users.findByUsername('ada')) ?? { sub: '' }
  const sid = `s0_${'a'.repeat(22)}`
  const now = Math.floor(Date.now() / 1000)
  const { position } = await issuer.store.log.head(0)
  const created = {
    ...{ sid, sub, handleHash: 'h'.repeat(43), acr: 'a', amr: [], userAgent: 'Browser' },
    ...{ authTime: now, createdAt: now, idleExpiresAt: now + 60, absoluteExpiresAt: now + 60 },
    rev: position,
  }
  await issuer.store.sessions.create(created, now)
  await issuer.directory.audit.append({
    ...{ at: now, action: 'sign_in', reason: 'self', target: `session ${sid}` },
    ...{ actor: { sub, address: '203.0.113.7' }, detail: {} },
  })
  const shown = (await run(`sessions show ${sid}`)).out
  t.match(shown, /SESSION +s0_a+\nPERSON +u_.*\nADDRESS +203\.0\.113\.7\nBROWSER +Browser\n/s)
  const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
  const second = { ...{ sid: `s0_${'b'.repeat(22)}`, userAgent: agent } }
  await issuer.store.sessions.create({ ...created, ...second }, now)
  t.match(
    (await run('sessions list')).out,
    /^SESSION.*\n[\s\S]*s0_b+ .* u_.*\n {4}Firefox, Linux\n/,
  )
  const all = (await json('sessions list'))['sessions'] as { sid: string }[]
  t.ok([sid, second.sid].every((one) => all.some((row) => row.sid === one)))
  t.equal(((await json('sessions list --limit 1'))['sessions'] as []).length, 1)
  for (const [line, out] of [
    ['sessions list', /^会话 +登录时间 +用户\n/],
    ['clients list', /客户端/],
    ['services list', /服务/],
    [`sessions show ${sid}`, /最迟结束时间/],
  ] as const) {
    t.match((await run(line, 'zh_CN.UTF-8')).out, out)
  }
})

t.test('a service that nobody needs is removed', async (t) => {
  t.match((await run(`services set ${SERVICE} --client orders`)).out, /is changed/)
  t.match((await run(`services remove ${SERVICE} --yes`)).out, /its tokens have ended/)
  t.match((await run('clients remove orders --yes')).out, /orders is removed/)
})

t.test('every command of docs/operate/clients-and-services.md does what it says', async (t) => {
  const page = readFileSync(
    new URL('../../../docs/operate/clients-and-services.md', import.meta.url),
  )
  const lines = [...String(page).matchAll(/^ *latchkey (.+)$/gm)].map(([, line = '']) => line)
  t.ok(lines.length >= 12)
  for (const line of lines) {
    const secrets = (await json('clients secrets list archive'))['secrets'] ?? []
    const oldest = (secrets as { secret_id: number }[]).at(-1)?.secret_id
    const ran = await run(line.replace(/"(.*?)"/g, '[$1]').replace('NUMBER', String(oldest)))
    t.strictSame([ran.code, ran.err], [0, ''], line)
  }
})
