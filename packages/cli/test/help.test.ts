import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { commandTable } from '../src/command-table.ts'
import { COMMANDS, GROUPS } from '../src/commands/commands.ts'
import { EXIT } from '../src/exit-codes.ts'
import { helpText } from '../src/help.ts'
import { sayIn, type Text } from '../src/messages/text.ts'
import { cut, printable, widthOf, wrap } from '../src/text-width.ts'
import { runLine } from './fixtures/stand-ins.ts'

const LANGUAGES = { en: sayIn({}), zh: sayIn({ LANG: 'zh_CN.UTF-8' }) }

t.test('every help fits 80 columns, in both languages', async (t) => {
  const topics = ['', 'sessions', 'users', 'token', ...COMMANDS.map(({ name }) => name)]
  for (const [language, say] of Object.entries(LANGUAGES)) {
    for (const topic of topics) {
      for (const line of helpText(topic, GROUPS, say).split('\n')) {
        t.ok(widthOf(line) <= 80, `${language} ${topic}: ${line}`)
      }
    }
  }
})

t.test(
  'every help has usage, options and an example; those of commands the exit codes',
  async (t) => {
    for (const { name, options, examples } of COMMANDS) {
      const { code, out } = await runLine([...name.split(' '), '--help'])
      t.equal(code, 0)
      t.match(out, `Usage: latchkey ${name}`)
      for (const option of [...Object.keys(options), 'json', 'data-dir', 'help'])
        t.match(out, `--${option}`, name)
      const joined = out.replaceAll(' \\\n     ', '')
      for (const example of examples) t.match(joined, `  ${example}\n`)
      t.match(
        out,
        /Exit codes:\n {2}0 {2}.*\n {2}1 {2}.*\n {2}2 {2}.*\n {2}3 {2}.*\n {2}4 {2}.*\n {2}5 {2}/,
      )
    }
    const { out } = await runLine([])
    for (const group of GROUPS) {
      const first = group.name === '' ? '' : `${group.name} .*?: `
      const verbs = group.commands.map(({ name }) => name.slice(group.name.length).trim())
      for (const verb of verbs)
        t.match(out.replace(/\n {20}/g, ' '), new RegExp(`  ${first}.*${verb}`))
    }
    t.match((await runLine(['sessions'])).out, /sessions list[\s\S]*sessions end/)
    t.notMatch((await runLine(['sessions', '--help'])).out, 'users add')
    t.equal(
      (await runLine(['help', 'users', 'add'])).out,
      (await runLine(['users', 'add', '-h'])).out,
    )
    t.match((await runLine(['--version'])).out, /^\d+\.\d+\.\d+\n$/)
  },
)

t.test('an option that means something else here is explained as it is here', async (t) => {
  const rows: [command: string[], says: RegExp][] = [
    [['start'], /--config FILE +settings file \(default/],
    [['chaos'], /--config FILE +file that describes the cluster \(required\)/],
    [['token', 'verify'], /--service AUDIENCE +audience that the token must have/],
    [['sessions', 'end'], /--service AUDIENCE +audience of a service: every token for it/],
  ]
  for (const [command, says] of rows) t.match((await runLine([...command, '--help'])).out, says)
})

t.test('the language is that of the terminal', async (t) => {
  const cases: [env: Record<string, string>, isChinese: boolean][] = [
    [{}, false],
    [{ LANG: 'zh_CN.UTF-8' }, true],
    [{ LANG: 'zh' }, true],
    [{ LANG: 'de_DE.UTF-8' }, false],
    [{ LANG: 'zha_CN' }, false],
    [{ LANG: 'zh_CN.UTF-8', LC_ALL: 'C' }, false],
    [{ LANG: 'en_US.UTF-8', LC_MESSAGES: 'zh_TW.UTF-8' }, true],
    [{ LANG: 'zh_CN.UTF-8', LC_ALL: '' }, true],
  ]
  for (const [env, isChinese] of cases) {
    t.equal((await runLine([], { env })).out.includes('用法'), isChinese, JSON.stringify(env))
  }
})

t.test('both languages have the same texts with the same names to fill in', async (t) => {
  const names = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort()
  for (const [place, { en, zh }] of await everyText()) {
    t.same(names(zh), names(en), place)
    t.not(zh.trim(), '', `${place} has a Chinese text`)
    // Names of products are the same in every language.
    if (zh !== en) t.match(zh, /[\u4e00-\u9fff]/, `${place} is Chinese`)
  }
})

/** Of the tables of messages and of the options that commands declare themselves, with the place of each. */
async function everyText(): Promise<[place: string, text: Text][]> {
  const folder = join(import.meta.dirname, '../src/messages')
  const tables = readdirSync(folder).map((file) => import(join(folder, file)))
  const found: [string, Text][] = []
  const look = (place: string, value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if ('en' in value && 'zh' in value) found.push([place, value as Text])
    else for (const [name, one] of Object.entries(value)) look(`${place}.${name}`, one)
  }
  look('messages', await Promise.all(tables))
  look('commands', COMMANDS)
  return found
}

t.test('widths: wide characters count twice, nothing gets lost', async (t) => {
  t.equal(widthOf('ab会话'), 6)
  t.equal(widthOf('e\u0301'), 1)
  t.equal(cut('会话会话', 5), '会话…')
  t.equal(cut('会话', 4), '会话')
  t.equal(printable('a\u001b[31mb\u202ec'), 'a\ufffd[31mb\ufffdc')
  for (const [text, columns] of [
    ['a b c d e f', 3],
    ['会话会话会话', 5],
    ['', 10],
    ['用 abc 登录。到此为止', 8],
  ] as const) {
    const lines = wrap(text, columns)
    t.ok(
      lines.every((line) => widthOf(line) <= columns),
      `${text} in ${columns}`,
    )
    t.equal(lines.join('').replaceAll(' ', ''), text.replaceAll(' ', ''))
  }
})

t.test('a path that is longer than a line stays whole, on a line of its own', async (t) => {
  const path = `/${'x'.repeat(30)}`
  t.same(wrap(`in ${path} it is`, 10), ['in', path, 'it is'])
  t.same(wrap(path, 10), [path])
})

t.test('the manual has the table of commands as they are, and the exit codes', async (t) => {
  const file = join(import.meta.dirname, '../../../docs/operate/command-line.md')
  const manual = readFileSync(file, 'utf8')
  t.ok(manual.includes(commandTable()), 'else: scripts/generate-command-table.ts')
  for (const code of Object.values(EXIT)) t.match(manual, `\n| ${code} | `)
})
