import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { startedLines } from '../src/commands/start.ts'
import { type Say, sayIn } from '../src/messages/text.ts'
import { widthOf } from '../src/text-width.ts'
import { runLine } from './fixtures/stand-ins.ts'

const BIN = join(import.meta.dirname, '..', 'bin', 'latchkey.mjs')

/** `latchkey …` as a process of its own, as somebody in a checkout calls it. */
function latchkey(argv: readonly string[], cwd: string, nodeOptions: readonly string[] = []) {
  const line = [...nodeOptions, BIN, ...argv]
  return spawn(process.execPath, line, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

t.test(
  'latchkey start runs an issuer that the other commands find by its data folder',
  async (t) => {
    const port = await freePort()
    const cwd = t.testdir({
      'sso.yaml': `issuer: http://sso.localhost:${port}\nlisten: { port: ${port} }\nlog: { level: warn }\n`,
    })
    const issuer = latchkey(['start', '--config', 'sso.yaml'], cwd)
    t.teardown(() => issuer.kill('SIGKILL'))
    const address = `http://127.0.0.1:${port}`
    for await (const line of createInterface(issuer.stderr)) {
      if (line === `The issuer runs at http://sso.localhost:${port} (it listens at`) break
    }
    const says = async (line: string, stdin = '') => {
      const ran = await runLine(line.split(' '), { cwd, stdin })
      return `${ran.code} ${ran.out}${ran.err}`
    }
    t.match(await says('users add ada --password-stdin', 'correct horse\n'), /^0 ada is added: u_/)
    t.match(await says('users add ADA --no-password'), /^1 The issuer refuses: .*username-taken/s)
    t.match(await says('sessions list --user ada'), '0 ada is not signed in anywhere.')
    t.match(await says('users passwd ada --password-stdin', 'short'), /^1 The issuer refuses: /)
    t.match(await says('users disable ada'), '0 ada is disabled')
    t.match(await says('users enable ada'), '0 ada is enabled')
    t.match(await says('sessions end --user ada'), /^0 Ended\. No service accepts it after \d{4}-/)
    t.match(
      await says('users disable bob'),
      '1 There is no user bob. latchkey users list --search TEXT finds',
    )

    const { clientId, clientSecret } = JSON.parse(
      readFileSync(join(cwd, '.latchkey/cli.json'), 'utf8'),
    )
    const answer = await fetch(`${address}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    const { access_token } = (await answer.json()) as { access_token: string }
    const verified = await runLine(['token', 'verify', access_token], { cwd })
    t.match(verified, { code: 0, out: /^The token is good\.\n/ })
    t.match(verified.out, /subject +svc:latchkey-cli\n/)

    const second = latchkey(['start', '--config', 'sso.yaml', '--data-dir', 'other'], cwd)
    const complaint = await text(second.stderr)
    t.match(complaint, /^listen: .*\[port-in-use\]\n$/, 'one clear line')
    t.equal(second.exitCode ?? (await once(second, 'exit'))[0], 2)

    issuer.kill('SIGTERM')
    t.same(await once(issuer, 'exit'), [0, null], 'stops cleanly')
    t.match(await says('users disable ada'), /^3 The issuer cannot be reached/)
  },
)

t.test('the address that people open comes first, the other one where it is another', async (t) => {
  const here = 'http://127.0.0.1:4000'
  const [en, zh] = [sayIn({}), sayIn({ LANG: 'zh_CN.UTF-8' })]
  const rows: [issuer: string, say: Say, text: string][] = [
    [here, en, `The issuer runs at ${here}. Ctrl-C stops it.`],
    [`${here}/`, en, `The issuer runs at ${here}/. Ctrl-C stops it.`],
    [
      'https://sso.example.com',
      en,
      `The issuer runs at https://sso.example.com (it listens at ${here}). Ctrl-C stops it.`,
    ],
    [
      'http://localhost:4000',
      zh,
      `签发服务已在 http://localhost:4000 启动（在 ${here} 上监听）。按 Ctrl-C 停止。`,
    ],
  ]
  for (const [issuer, say, text] of rows) {
    const lines = startedLines({ issuer, address: here }, say)
    t.equal(lines.join('').replaceAll(' ', ''), text.replaceAll(' ', ''))
    t.ok(lines.every((line) => widthOf(line) <= 80))
  }
})

t.test('settings that are wrong are listed before anything starts', async (t) => {
  const cwd = t.testdir({
    'latchkey.yaml': 'isuer: https://sso.example.com\nlisten: { port: no }\n',
  })
  const child = latchkey(['start'], cwd)
  const complaint = await text(child.stderr)
  t.equal(complaint.split('\n').length, 4)
  t.match(complaint, /^latchkey\.yaml:1:1 isuer: .*did you mean issuer\?/m)
  t.equal(child.exitCode ?? (await once(child, 'exit'))[0], 2)
})

t.test('an empty folder says how to begin', async (t) => {
  const env = { ...process.env, LATCHKEY_ISSUER: undefined }
  const child = spawn(process.execPath, [BIN, 'start'], { cwd: t.testdir({}), env })
  t.match(await text(child.stderr), /latchkey init writes a first one.*\[settings-file-missing\]/)
  t.equal(child.exitCode ?? (await once(child, 'exit'))[0], 2)
})

t.test('a Node that is too old for a checkout is told', async (t) => {
  const older = 'data:text/javascript,import m from "node:module"; delete m.registerHooks'
  const child = latchkey(['start'], t.testdir(), ['--import', older])
  t.match(await text(child.stderr), /^latchkey: a checkout needs Node 24, .* npx latchkey\n$/)
  t.equal(child.exitCode ?? (await once(child, 'exit'))[0], 2)
})

t.test('compiled code is kept where nobody else can put any, or nowhere', async (t) => {
  const home = t.testdir({ 'a-file': '' })
  const version = async (HOME: string) => {
    const env = { HOME, TMPDIR: join(home, 'nothing') }
    return await text(spawn(process.execPath, [BIN, '--version'], { env }).stdout)
  }
  const [kept, homeless] = await Promise.all([version(home), version(join(home, 'a-file'))])
  t.match(kept, /^\d+\.\d+\.\d+\n$/)
  t.equal(homeless, kept)
  t.equal(statSync(join(home, '.cache', 'latchkey')).mode & 0o022, 0, 'others cannot write there')
})
