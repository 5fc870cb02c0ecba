import t from 'tap'
import { driftLines } from '../src/drift-lines.ts'
import { sayIn } from '../src/messages/text.ts'
import { smallIssuer } from './fixtures/small-issuer.ts'
import { runLine } from './fixtures/stand-ins.ts'

const cwd = t.testdir()
const issuer = await smallIssuer(cwd)
t.teardown(() => issuer.close())
const REPORTS = 'http://reports.localhost'

async function run(line: string, LANG = 'C') {
  return await runLine(line.split(' '), { cwd, env: { LANG } })
}

t.test('the routes of a service are listed with their numbers', async (t) => {
  const own = await run(`services routes ${issuer.issuer}`)
  t.equal(own.code, 0)
  t.match(own.out, /^NUMBER +ACCESS +ROUTE\n/)
  t.match(own.out, /\n\d+ +by grant +GET \/admin\/v1\/users\n/)
  t.match((await run(`services routes ${REPORTS}`)).out, 'There is nothing to list.')
  const { routes } = JSON.parse((await run(`services routes ${issuer.issuer} --json`)).out)
  t.match(routes[0], { number: 0, current: true, public: false })
  t.equal((await run('services routes http://nobody.localhost')).code, 1)
})

t.test('drift is told with who holds what, and ends with 5', async (t) => {
  const drift = await run(`services drift ${REPORTS}`)
  t.equal(drift.code, 5)
  t.equal(drift.out, 'Grants that cover no route (1):\n  GET /reports/*\n    held by role reader\n')
  const chinese = await run(`services drift ${REPORTS}`, 'zh_CN.UTF-8')
  t.match(chinese.out, '不涵盖任何路由的授权（1）')
  const own = await run(`services drift ${issuer.issuer} --json`)
  const { unreachable } = JSON.parse(own.out) as { unreachable: { route: string }[] }
  const found = unreachable.find(({ route }) => route === 'POST /global-token-revocation')
  t.strictSame(found, { route: 'POST /global-token-revocation', holders: [] })
})

t.test('what a user may call is told route by route, with the grant that opens it', async (t) => {
  t.equal((await run('users add watcher --no-password --role auditor')).code, 0)
  const own = await run(`users effective watcher ${issuer.issuer}`)
  t.equal(own.code, 0)
  t.match(own.out, /^ACCESS +ROUTE\n/)
  t.match(own.out, /\nyes +GET \/admin\/v1\/users\n +role auditor: GET \/admin\/v1\/\*\n/)
  t.match(own.out, /\nno +POST \/admin\/v1\/users\n/)
  const reports = await run(`users effective watcher ${REPORTS}`, 'zh_CN.UTF-8')
  t.match(reports.out, /^访问 +路由\n$/)
  await run('users disable watcher')
  const disabled = await run(`users effective watcher ${issuer.issuer}`)
  t.match(disabled.out, 'No token is made: the user is disabled.')
  const { blocked } = JSON.parse((await run(`users effective watcher ${REPORTS} --json`)).out)
  t.equal(blocked, 'user_disabled')
  t.equal((await run(`users effective nobody ${REPORTS}`)).code, 1)
})

t.test('every part of a report is told, and without any there is one sentence', (t) => {
  const say = sayIn({ LANG: 'C' })
  const counts = { unreachable: 1, gone: 1, undeclared: 1, duplicates: 1 }
  const holders = [{ kind: 'role', id: 'writer' }, { kind: 'client', id: 'job' }, { kind: 'users' }]
  const report = {
    counts,
    unreachable: [{ route: 'PUT /a', holders }],
    gone: [{ grant: 'GET /b\u001b[2J', holders, was_route: true, nearest: 'GET /bb' }],
    undeclared: ['GET /c'],
    duplicates: [['GET /d/:x', 'GET /d/:y']],
  }
  t.strictSame(driftLines(report, say), [
    'Nobody may call (1):',
    '  PUT /a',
    '    granted by role writer, client job, users, which nobody has',
    'Grants that cover no route (1):',
    '  GET /b\uFFFD[2J',
    '    held by role writer, client job, users',
    '    was a route of an earlier version',
    '    nearest: GET /bb',
    'Declared without saying whether they are public (1):',
    '  GET /c',
    'The same route twice (1):',
    '  GET /d/:x = GET /d/:y',
  ])
  t.strictSame(driftLines({ routes: 7, counts: {} }, say), [
    '7 routes, and grants agree with them.',
  ])
  t.end()
})
