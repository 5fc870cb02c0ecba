import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
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

t.test('bash completes commands, options and values', async (t) => {
  const script = await scriptFor('bash')
  const complete = (words: readonly string[]) => {
    const program = [
      `source "$1"; shift`,
      'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _latchkey',
      `printf '%s\\n' "\${COMPREPLY[@]}"`,
    ].join('\n')
    const argv = ['--norc', '-c', program, 'bash', script, ...words]
    const { stdout, stderr } = spawnSync('bash', argv, { cwd: folder, encoding: 'utf8' })
    t.equal(stderr, '')
    return stdout.split('\n').filter(Boolean)
  }
  const rows: [words: string[], has: string[], hasNot?: string[]][] = [
    [
      ['latchkey', ''],
      ['init', 'users', 'token'],
      ['list', '--json'],
    ],
    [['latchkey', 'us'], ['users'], ['init']],
    [['latchkey', 'users', ''], ['list', 'add', 'remove-code'], ['users']],
    [['latchkey', 'users', 'list', '--s'], ['--search', '--status'], ['--json']],
    [['latchkey', 'users', 'list', '--status', ''], ['active', 'disabled'], ['--json']],
    [['latchkey', 'users', 'list', '--status', '=', 'dis'], ['disabled'], ['active']],
    [['latchkey', 'users', 'list', '--search', ''], [], ['--json']],
    [['latchkey', 'users', 'list', '--json', '--li'], ['--limit']],
    [
      ['latchkey', 'start', '--config', ''],
      ['a settings.yaml', 'other.txt'],
    ],
    [['latchkey', 'start', '--data-dir', ''], ['data'], ['other.txt']],
    [['latchkey', 'clients', 'secrets', ''], ['list', 'add'], ['show']],
    [['latchkey', 'nonsense', ''], ['users']],
  ]
  for (const [words, has, hasNot = []] of rows) {
    const offered = complete(words)
    const line = words.join(' ')
    for (const word of has) t.ok(offered.includes(word), `${line}: ${word} in ${offered}`)
    for (const word of hasNot) t.notOk(offered.includes(word), `${line}: no ${word}`)
    if (has.length === 0) t.same(offered, [], line)
  }
})

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
