import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { freePort, httpBrowser } from '@latchkey/testkit'
import t from 'tap'
import { followSignIn } from './fixtures/follow-sign-in.ts'
import { runLine } from './fixtures/stand-ins.ts'

const BIN = join(import.meta.dirname, '..', 'bin', 'latchkey.mjs')
const MANUAL = join(import.meta.dirname, '../../../docs/operate/first-hour.md')
// Two real starts of an issuer, and one of a service, on a machine that may be busy.
t.setTimeout(120_000)
const cwd = t.testdir({})
const [issuerPort, notesPort] = [await freePort(), await freePort()]
const issuer = `http://sso.localhost:${issuerPort}`

/** The page, for ports that are free here. */
const page = readFileSync(MANUAL, 'utf8')
  .replaceAll('sso.localhost:4000', `sso.localhost:${issuerPort}`)
  .replaceAll('4002', String(notesPort))

const blocks = (language: string) =>
  [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , body = '']) => body)

/** The shell lines of the page that begin like this, in their order. */
const linesOf = (start: string) =>
  blocks('sh').flatMap((block) => block.split('\n').filter((line) => line.startsWith(start)))

/** A command of the page, as somebody types it; its output may go to a file. */
async function type(line: string) {
  t.ok(linesOf('latchkey').includes(line), `${line} stands on the page`)
  const [command = '', file] = line.split(' > ')
  const ran = await runLine(command.split(' ').slice(1), { cwd, now: Date.now })
  if (file !== undefined) writeFileSync(join(cwd, file), ran.out)
  return ran
}

function begin(argv: readonly string[]) {
  const child = spawn(process.execPath, argv, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

/** `latchkey start`, until it listens. */
async function start() {
  const child = begin([BIN, 'start'])
  child.stdout.resume()
  let said = ''
  for await (const line of createInterface(child.stderr)) {
    said += `${line} `
    if (said.includes('Ctrl-C stops it')) return child
  }
  throw new Error(`it does not start: ${said}`)
}

const settings = join(cwd, 'latchkey.yaml')

t.test('what the page says is what happens', async (t) => {
  const init = await runLine(['init', '--issuer', issuer], { cwd })
  t.equal(init.code, 0, init.err)
  const [, password = ''] = /Password, shown only now: (\S+)/.exec(init.out) ?? []
  t.match(password, /^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/)
  const before = readFileSync(settings, 'utf8')
  t.notMatch(before, password)
  t.equal(statSync(join(cwd, 'secrets/app.secret')).mode & 0o777, 0o600)
  t.equal(statSync(join(cwd, 'secrets')).mode & 0o777, 0o700)
  t.equal(readFileSync(join(cwd, '.gitignore'), 'utf8'), '.latchkey/\nsecrets/\n')
  t.match(await runLine(['init'], { cwd }), {
    code: 1,
    err: /latchkey\.yaml\s+exists[\s\S]*already-there/,
  })
  t.equal(readFileSync(settings, 'utf8'), before, 'nothing is overwritten')

  const first = await start()
  const hosts = new Map([[new URL(issuer).host, issuerPort]])
  const browser = httpBrowser({ hosts, passwordOf: () => password })
  t.ok(linesOf('latchkey').includes('latchkey login'))
  const heard = (text: string) => {
    const url = /^http\S+$/m.exec(text)?.[0]
    if (url !== undefined) void followSignIn(url, 'admin', { browser, hosts })
  }
  const env = { XDG_CONFIG_HOME: join(cwd, 'home') }
  const login = await runLine(['login', '--no-browser'], { cwd, env, heard })
  t.match(login, { code: 0, out: `Signed in at ${issuer} as admin.\n` }, 'the password is good')
  t.match(await type('latchkey doctor'), { code: 1, out: /no service is on the feed/ })
  t.match(await type('latchkey users list'), { code: 0, out: /\nadmin +First administrator/ })
  t.match(await type('latchkey users add ada --no-password'), { code: 0 })
  first.kill('SIGTERM')
  t.same(await once(first, 'exit'), [0, null])

  const [service = '', client = '', role = ''] = blocks('yaml')
  const whole = before
    .replace('\n# Clients', `${service}\n# Clients`)
    .replace('\n# Roles', `${client}\n# Roles`)
    .replace('\n# People', `${role}\n# People`)
  t.equal(linesOf('(umask 077').length, 1)
  writeFileSync(join(cwd, 'secrets/notes.secret'), randomBytes(32).toString('hex'), { mode: 0o600 })

  const mistakes = [...page.matchAll(/^\| `(.+?)` \| `(.+?)` \| (.+?) \|$/gm)]
  t.equal(mistakes.length, 6)
  for (const [, right = '', wrong = '', says = ''] of mistakes) {
    const at = whole.lastIndexOf(right)
    t.ok(at >= 0, right)
    writeFileSync(settings, whole.slice(0, at) + wrong + whole.slice(at + right.length))
    const { code, err } = await runLine(['start'], { cwd })
    t.equal(code, 2, wrong)
    t.match(err, says, `${wrong}: ${err}`)
  }
  writeFileSync(settings, whole)
  chmodSync(join(cwd, 'secrets/notes.secret'), 0o644)
  t.match(await runLine(['start'], { cwd }), { code: 2, err: /chmod 600/ })
  chmodSync(join(cwd, 'secrets/notes.secret'), 0o600)

  await start()
  writeFileSync(join(cwd, 'notes.mjs'), blocks('js')[0] ?? '')
  t.same(linesOf('node '), ['node notes.mjs'])
  const notes = begin(['-C', '@latchkey/source', 'notes.mjs'])
  const [said] = await Promise.race([
    once(createInterface(notes.stdout), 'line'),
    text(notes.stderr).then((fault) => [fault]),
  ])
  t.equal(said, 'notes are served')

  const address = `http://127.0.0.1:${notesPort}`
  t.equal(await (await fetch(`${address}/about`)).text(), 'open to everybody\n')
  t.equal((await fetch(`${address}/notes`)).status, 401)
  const [obtain = ''] = linesOf('latchkey token')
  t.match(await type(obtain), { code: 0 })
  t.ok(linesOf('curl')[0]?.endsWith(`${address}/notes`))
  const token = readFileSync(join(cwd, 'token.txt'), 'utf8').trim()
  const headers = { authorization: `Bearer ${token}` }
  t.equal(await (await fetch(`${address}/notes`, { headers })).text(), 'notes for svc:notes\n')
  t.equal((await fetch(`${address}/notes`, { method: 'POST', headers })).status, 403)
  t.match(await type('latchkey doctor'), { code: 0, out: /Nothing is wrong\./ })
  const routes = await type(`latchkey services routes http://notes.localhost:${notesPort}`)
  t.match(routes, { code: 0, out: /GET \/notes/ })

  t.match(await type('latchkey roles give author ada'), { code: 0 })
  t.match(await type('latchkey users show ada'), { code: 0, out: /roles +author/ })
  t.match(await type('latchkey users disable ada'), { code: 0 })
})
