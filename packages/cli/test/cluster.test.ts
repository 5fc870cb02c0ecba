import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import t from 'tap'
import { sayIn } from '../src/messages/text.ts'
import { printPlan } from '../src/print-plan.ts'
import { widthOf } from '../src/text-width.ts'
import { smallIssuer } from './fixtures/small-issuer.ts'
import { runLine } from './fixtures/stand-ins.ts'

const cwd = t.testdir({})
const { app } = await smallIssuer(cwd)
t.teardown(() => app.close())
const file = join(cwd, 'latchkey.yaml')
const settings = readFileSync(file, 'utf8')
const env = { PASSWORD_OF_ADA: 'ada-ada-ada' }
const line = (...argv: string[]) => runLine(argv, { cwd, env })

t.test('what an issuer was started with is there: the plan is empty', async (t) => {
  const { code, out, err } = await line('plan')
  t.strictSame([code, err], [0, ''])
  t.match(out, /^Nothing would change\.$/m)
  t.equal(out, stripVTControlCharacters(out), 'no colours but on a terminal')
})

t.test('a change is shown like a diff, and made after a yes', async (t) => {
  writeFileSync(
    file,
    settings.replace(
      'roles: [boss, reader] }',
      'roles: [boss], email: ada@example.org }\n  - { username: bob }\n',
    ),
  )
  const planned = await line('plan')
  t.equal(planned.code, 5, 'its own exit code: CI notices')
  t.strictSame(planned.out.split('\n'), [
    '~ user ada',
    '+     email: ada@example.org',
    '~     roles:',
    '-       reader',
    '+ user bob',
    '+     name: bob',
    '1 to create, 1 to change, 0 to disable, 0 to remove, 0 to adopt.',
    '',
  ])
  const json = JSON.parse((await line('plan', '--json')).out)
  t.match(json, { counts: { create: 1, update: 1 }, digest: /^[\w-]{43}$/ })

  t.equal((await line('apply')).code, 2, 'nobody to ask: --yes is needed')
  t.equal((await line('plan')).code, 5)
  const applied = await line('apply', '--yes')
  t.strictSame([applied.code, applied.err], [0, ''])
  t.match(applied.out, /^Done: 1 created, 1 changed or disabled, 0 removed\.$/m)
  t.equal((await line('plan')).code, 0)
  t.match((await line('apply')).out, 'Nothing would change', 'without a question')
})

t.test('what is no longer declared is shown, and goes', async (t) => {
  writeFileSync(file, settings.replace('boss, reader', 'boss'))
  const { out } = await line('plan')
  t.match(out, '- user bob (no longer declared: disabled, without rights)')
  t.equal((await line('apply', '--yes', '--json')).code, 0)
  t.match((await line('users', 'list', '--json')).out, /"bob"[^\n]*disabled/)
})

t.test('a mistake is named by line and column, with what was probably meant', async (t) => {
  const mistakes: [text: string, where: RegExp, meant: RegExp][] = [
    [
      'roles: [boss, readr]',
      /^latchkey\.yaml:10:\d+ users\[0\]\.roles\[1\]: /,
      /did you mean "reader"/,
    ],
    [
      'roles: [boss], emial: a@b.example',
      /^latchkey\.yaml:10:\d+ users\[0\]\.emial: /,
      /did you mean email/,
    ],
    [
      'grants: { "http://reprts.localhost": [GET /] }',
      /^latchkey\.yaml:10:\d+ users\[0\]\.grants\S+: /,
      /did you mean "http:\/\/reports\.localhost"/,
    ],
  ]
  for (const [text, where, meant] of mistakes) {
    writeFileSync(file, settings.replace('roles: [boss, reader]', text))
    const { code, err } = await line('plan')
    t.equal(code, 2, text)
    t.match(err, where)
    t.match(err, meant)
  }
  t.equal((await line('plan', 'nothing.yaml')).code, 2)
  const wrong =
    'roles: [boss, readr, bos], groups: [sales], grants: { "http://x.example": [GET /] }'
  writeFileSync(file, settings.replace('roles: [boss, reader]', wrong))
  const { code, out, err } = await line('plan')
  t.strictSame([code, out], [2, ''])
  t.matchOnly(err.split('\n'), [
    /^latchkey\.yaml:10:\d+ users\[0\]\.roles\[1\]: .*"readr" \[unknown-role\]$/,
    /^latchkey\.yaml:10:\d+ users\[0\]\.roles\[2\]: .*"bos" \[unknown-role\]$/,
    /^latchkey\.yaml:10:\d+ users\[0\]\.groups\[0\]: .*"sales" \[unknown-group\]$/,
    /^latchkey\.yaml:10:\d+ users\[0\]\.grants.*"http:\/\/x\.example" \[unknown-service\]$/,
    '',
  ])
  const chinese = await runLine(['plan'], { cwd, env: { ...env, LANG: 'zh_CN.UTF-8' } })
  t.match(chinese.err, /\.roles\[1\]: .*\[unknown-role\]\n {4}没有这个角色。\nlatchkey\.yaml:10:/)
})

t.test('an export is a file that plans to nothing', async (t) => {
  const name = 'cluster.yaml'
  t.equal((await line('export', name)).code, 0)
  const text = readFileSync(join(cwd, name), 'utf8')
  t.match(text, /^# yaml-language-server: \$schema=/)
  t.notMatch(text, /ada-ada-ada|argon2|sha256/)
  const { code, out } = await line('plan', name)
  t.equal(code, 0)
  t.match(out, /^Made elsewhere, will be owned by cluster\.yaml and read-only for all others:$/m)
  t.match(out, /^! role reader \(until now owned by latchkey\.yaml\)$/m)
  t.match(out, /^Nothing would change but the owner: \d+ to adopt\.$/m)
  t.equal((await line('export', name)).code, 2, 'nothing is overwritten')
  t.equal((await line('export', name, '--force')).code, 0)
  t.equal(readFileSync(join(cwd, name), 'utf8'), text, 'the same again')
  t.notMatch((await line('export', '--without-users')).out, /^users:/m)
  t.match(JSON.parse((await line('schema')).out), { title: 'latchkey.yaml' })
})

t.test('a plan keeps to 80 columns and escapes what is not printable, in both languages', (t) => {
  const long = '字'.repeat(200)
  const plan = {
    digest: 'd',
    adopted: [
      { kind: 'role' as const, name: 'r', from: 'other.yaml' },
      { kind: 'group' as const, name: 'g', provisioned_by: ['okta', long] },
    ],
    changes: [
      {
        kind: 'user' as const,
        name: `ada\u001b[2J${long}`,
        action: 'update' as const,
        members: [
          { member: 'name', from: long, to: `${long}!` },
          { member: 'address', from: { street_address: 'a\nb' }, to: { street_address: 'c' } },
          { member: 'services', from: ['a', 'b'], to: ['b', 'a'] },
          { member: 'secret', secret: true as const },
        ],
      },
    ],
  }
  for (const language of ['en', 'zh_CN.UTF-8']) {
    for (const NO_COLOR of ['', '1']) {
      const printed: string[] = []
      const environment = { LANG: language, NO_COLOR }
      const terminal = { env: environment, stdout: { isTTY: true, write: () => true } }
      printPlan(plan, 'f.yaml', {
        ...({ terminal } as unknown as Parameters<typeof printPlan>[2]),
        say: sayIn(environment),
        print: (text) => printed.push(text),
      })
      const plain = printed.map(stripVTControlCharacters)
      t.equal(plain.join('') === printed.join(''), NO_COLOR !== '', 'colours, unless refused')
      for (const text of plain) t.ok(widthOf(text) <= 80, text)
      t.match(plain[0], '\ufffd[2J', 'what the name would do to the terminal is not done')
      t.match(plain.join('\n'), /^! role r \(.*other\.yaml.*\)$/m)
      t.match(plain.join('\n'), /^! group g \(.*okta/m)
      t.match(plain.join('\n'), '~     services: [a, b] → [b, a]', 'the order may matter')
    }
  }
  t.end()
})
