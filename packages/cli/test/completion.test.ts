import { spawnSync } from 'node:child_process'
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { COMMANDS } from '../src/commands/commands.ts'
import { runLine } from './fixtures/stand-ins.ts'

const folder = t.testdir({ 'a settings.yaml': '', 'other.txt': '', data: {} })

async function scriptFor(shell: string): Promise<string> {
  const { code, out, err } = await runLine(['completion', shell])
  t.equal(code, 0, err)
  const file = join(folder, `.latchkey.${shell}`)
  writeFileSync(file, out)
  return file
}

/** What is offered at the end of each line, by the shell itself. */
function offeredBy(shell: string, argv: readonly string[]) {
  const lines = ROWS.map(([line]) => line)
  const program = join(import.meta.dirname, 'fixtures', `offered.${shell}`)
  const env = { ...process.env, HOME: folder, EDITOR: 'vi', TERM: 'xterm' }
  const { stdout, stderr } = spawnSync(
    shell,
    [...argv.slice(0, 1), program, ...argv.slice(1), ...lines],
    {
      cwd: folder,
      encoding: 'utf8',
      env,
      timeout: 60_000,
    },
  )
  const parts = `\n${stdout}`.split('\n== ').slice(1)
  const offered = new Map(
    parts.map((part): [string, string[]] => {
      const [line = '', ...words] = part.split('\n')
      return [line, words.filter(Boolean)]
    }),
  )
  return { offered, stderr }
}

const ROWS: readonly (readonly [line: string, has: string[], hasNot?: string[]])[] = [
  ['latchkey ', ['init', 'users', 'token'], ['list', '--json']],
  ['latchkey us', ['users'], ['init']],
  ['latchkey users ', ['list', 'add', 'remove-code'], ['users']],
  ['latchkey users list --s', ['--search', '--status'], ['--json']],
  ['latchkey users list --status ', ['active', 'disabled'], ['--json']],
  ['latchkey users list --status dis', ['disabled'], ['active']],
  ['latchkey users list --status=dis', ['disabled'], ['active']],
  ['latchkey users list --search ', []],
  ['latchkey users list --json --li', ['--limit']],
  ['latchkey start --config ', ['a settings.yaml', 'other.txt']],
  ['latchkey start --config=o', ['other.txt'], ['a settings.yaml']],
  ['latchkey start --data-dir ', ['data'], ['other.txt']],
  ['latchkey apply ', ['a settings.yaml', 'other.txt'], ['users']],
  ['latchkey apply --y', ['--yes'], ['other.txt']],
  ['latchkey init ', ['data'], ['other.txt']],
  ['latchkey clients secrets ', ['list', 'add'], ['show']],
  ['latchkey nonsense ', ['users']],
]

/** By shell, how it is started, and how the script is loaded. */
const WAYS: readonly (readonly [shell: string, how: string, argv: (script: string) => string[]])[] =
  [
    ['bash', 'sourced', (script) => ['--norc', script]],
    ['zsh', 'evaluated', (script) => ['-f', `compinit -D -u; eval "$(<'${script}')"`]],
    [
      'zsh',
      'as a file of $fpath',
      (script) => {
        cpSync(script, join(folder, 'data', '_latchkey'))
        return ['-f', `fpath=('${join(folder, 'data')}' $fpath); compinit -D -u`]
      },
    ],
    ['fish', 'sourced', (script) => ['--no-config', script]],
  ]

for (const [shell, how, argv] of WAYS) {
  const isThere = spawnSync(shell, ['-c', 'true']).error === undefined
  const name = `${shell} completes commands, options and values, ${how}`
  // The tests below judge the form of a script whose shell is not here.
  t.test(isThere ? name : `${name} (not tried: there is no ${shell})`, async (t) => {
    const script = await scriptFor(shell)
    if (!isThere) return
    const { offered, stderr } = offeredBy(shell, argv(script))
    t.equal(stderr, '')
    for (const [line, has, hasNot = []] of ROWS) {
      const words = offered.get(line) ?? ['nothing was said of this line']
      for (const word of has) t.ok(words.includes(word), `${line}: ${word} in ${words}`)
      for (const word of hasNot) t.notOk(words.includes(word), `${line}: no ${word}`)
      if (has.length === 0) t.same(words, [], line)
    }
  })
}

t.test('every command and option is in every script', async (t) => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { out } = await runLine(['completion', shell])
    for (const { name, options } of COMMANDS) {
      t.ok(out.includes(`' ${name}'`) || out.includes(`\\' ${name}\\'`), `${shell}: ${name}`)
      for (const option of Object.keys(options))
        t.match(out, shell === 'fish' ? `-l ${option}` : `--${option}`)
    }
  }
  t.match(await runLine(['completion', 'tcsh']), { code: 2, err: /must be one of bash, zsh, fish/ })
})

t.test(
  'the scripts are good in the eyes of their shells, and quote what people write',
  async (t) => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const script = await scriptFor(shell)
      const { error, status, stderr } = spawnSync(shell, ['-n', script], { encoding: 'utf8' })
      // zsh and fish are not everywhere.
      if (error === undefined) t.equal(status, 0, `${shell}: ${stderr}`)
      const inChinese = await runLine(['completion', shell], { env: { LANG: 'zh_CN.UTF-8' } })
      if (shell !== 'bash') t.match(inChinese.out, '登录')
      // Outside of quotes nothing of ours could run: each line has whole quoted words.
      const rest = inChinese.out.replace(shell === 'fish' ? /'(?:[^'\\]|\\.)*'/g : /'[^']*'/g, '')
      t.notMatch(rest, "'", `${shell}: quotes are balanced`)
    }
  },
)
