import t from 'tap'
import { command } from '../src/command.ts'
import { COMMANDS } from '../src/commands/commands.ts'
import { parseCommandLine } from '../src/parse-command-line.ts'
import { suggest } from '../src/suggest.ts'
import { runLine } from './fixtures/stand-ins.ts'

const text = { en: 'text', zh: '文字' }
const help = { summary: text, text }
const copy = command({
  name: 'copy',
  help,
  arguments: ['FROM', '[ALIAS]'],
  options: {
    to: { value: 'PLACE', required: true, text },
    way: { value: 'WAY', choices: ['fast', 'safe'], text },
    skip: { value: 'NAME', many: true, text },
    force: { text },
  },
  examples: [],
  run: async ({ arguments: [from, alias], options }) => {
    // The types that a command gets to see.
    const [to, way, skip]: [string, 'fast' | 'safe' | undefined, readonly string[]] = [
      options.to,
      options.way,
      options.skip,
    ]
    t.ok([from.length, alias?.length, to, way, skip, options.force])
  },
})
const copyAll = command({
  name: 'copy all',
  help,
  arguments: ['TO', 'FROM...'],
  examples: [],
  run: async ({ arguments: [to, from] }) => void t.ok([to.length, from.map((one) => one)]),
})

const SID = `s0_${'x'.repeat(22)}`

t.test('command lines that are understood', async (t) => {
  const cases: [line: string, want: object][] = [
    ['', { kind: 'help', topic: '' }],
    ['--help', { kind: 'help', topic: '' }],
    ['help', { kind: 'help', topic: '' }],
    ['users', { kind: 'help', topic: 'users' }],
    ['users --help', { kind: 'help', topic: 'users' }],
    ['help users add', { kind: 'help', topic: 'users add' }],
    ['sessions end -h', { kind: 'help', topic: 'sessions end' }],
    ['-V', { kind: 'version' }],
    ['start', { command: { name: 'start' } }],
    [
      'start --config=a.yaml',
      { command: { name: 'start' }, input: { options: { config: 'a.yaml' } } },
    ],
    ['sessions list --user ada', { input: { options: { user: 'ada' } } }],
    [`sessions end ${SID}`, { input: { arguments: [SID] } }],
    [
      'users add ada --role a --role b',
      { input: { arguments: ['ada'], options: { role: ['a', 'b'] } } },
    ],
    ['users add --name Ada ada', { input: { arguments: ['ada'], options: { name: 'Ada' } } }],
    ['users add -- --ada', { input: { arguments: ['--ada'] } }],
    ['token decode -', { input: { arguments: ['-'] } }],
    ['token verify --keys k.json', { input: { options: { keys: 'k.json' } } }],
  ]
  for (const [line, want] of cases) {
    t.match(parseCommandLine(line.split(' ').filter(Boolean), COMMANDS), want, line)
  }
  const parsed = parseCommandLine(['token', 'decode', '--json'], COMMANDS)
  t.ok(parsed.kind === 'command' && parsed.input.common.json)
})

t.test(
  'command lines that are not understood say why and what was meant, with exit code 2',
  async (t) => {
    const cases: [line: string, says: string][] = [
      ['sesions list', 'There is no command sesions list. Did you mean sessions list?'],
      ['session list', 'There is no command session list. Did you mean sessions list?'],
      ['sessions lst', 'There is no command sessions lst. Did you mean sessions list?'],
      ['frobnicate', 'There is no command frobnicate.'],
      ['sessions list --usr ada', 'sessions list has no option --usr. Did you mean --user?'],
      [
        'users add ada --password x',
        'users add has no option --password. Did you mean --password-stdin?',
      ],
      ['sessions list --user', '--user needs a value.'],
      ['sessions list --user --json', '--user needs a value.'],
      ['sessions list --json=1', '--json takes no value.'],
      ['audit prune', 'audit prune needs --before TIME.'],
      ['sessions list ada', 'sessions list does not take ada.'],
      [
        'sessions end',
        'sessions end needs either SESSION, --user, --client, --service, --all or --before.',
      ],
      [
        `sessions end ${SID} --user ada`,
        'sessions end needs either SESSION, --user, --client, --service, --all or --before.',
      ],
      ['sessions end s0_short', 's0_short is not the id of a session'],
      ['users add', 'users add needs NAME.'],
      ['users disable ada bob', 'users disable does not take bob.'],
      ['users add ada --no-password --password-stdin', 'needs either --no-password or'],
      ['token verify x.y.z', 'token verify needs --issuer URL.'],
      ['token decode', 'There is no token on standard input.'],
      ['help frobnicate', 'There is no command frobnicate.'],
    ]
    for (const [line, says] of cases) {
      const { code, out, err } = await runLine(line.split(' '))
      t.equal(code, 2, line)
      t.equal(out, '')
      t.ok(err.replace(/\s+/g, ' ').includes(says), `${line}: ${err}`)
      if (!line.includes('--json')) t.ok(err.split('\n').every((one) => one.length <= 80))
    }
  },
)

t.test('arguments and options are read as they are declared, or refused', async (t) => {
  const read = (line: string) => {
    const parsed = parseCommandLine(line.split(' '), [copy, copyAll])
    return parsed.kind === 'command' ? [parsed.command.name, parsed.input] : parsed
  }
  const options = { to: 'x', way: undefined, skip: [], force: false }
  const common = { json: false }
  const good: [line: string, want: unknown][] = [
    ['copy a --to x', ['copy', { arguments: ['a', undefined], options, common }]],
    ['copy a b --to x', ['copy', { arguments: ['a', 'b'], options, common }]],
    [
      'copy a --to=x --way fast --skip=1 --skip 2 --force',
      [
        'copy',
        {
          arguments: ['a', undefined],
          options: { to: 'x', way: 'fast', skip: ['1', '2'], force: true },
          common,
        },
      ],
    ],
    [
      'copy all a b c --data-dir d',
      [
        'copy all',
        { arguments: ['a', ['b', 'c']], options: {}, common: { json: false, 'data-dir': 'd' } },
      ],
    ],
    ['copy all --help', { kind: 'help', topic: 'copy all' }],
  ]
  for (const [line, want] of good) t.same(read(line), want, line)
  const bad: [line: string, code: string][] = [
    ['copy a', 'missing-argument'],
    ['copy --to x', 'missing-argument'],
    ['copy a b c --to x', 'too-many-arguments'],
    ['copy all a', 'missing-argument'],
    ['copy a --to x --way slow', 'unknown-choice'],
    ['copy a --to x --force=1', 'option-with-value'],
  ]
  for (const [line, code] of bad)
    t.throws(() => read(line), { name: 'CliError', fault: { code } }, line)
})

t.test('with --json an error is an object on standard error', async (t) => {
  const ran = await runLine(['sessions', 'list', '--json', '--usr', 'ada'])
  t.equal(ran.code, 2)
  t.equal(ran.out, '')
  t.match(JSON.parse(ran.err), {
    error: {
      code: 'unknown-option',
      message: /no option --usr\. Did you mean --user\?/,
      option: '--usr',
    },
  })
})

t.test('suggestions are near', async (t) => {
  t.equal(suggest('strat', ['start', 'users add']), 'start')
  t.equal(suggest('users', ['start', 'users add']), 'users add')
  t.equal(suggest('zzz', ['start', 'users add']), undefined)
  t.equal(suggest('', ['start']), undefined)
})
