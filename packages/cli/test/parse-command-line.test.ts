import t from 'tap'
import { COMMANDS } from '../src/commands/commands.ts'
import { parseCommandLine } from '../src/parse-command-line.ts'
import { suggest } from '../src/suggest.ts'
import { runLine } from './fixtures/stand-ins.ts'

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
      { command: { name: 'start' }, input: { values: { config: 'a.yaml' } } },
    ],
    ['sessions list --user ada', { input: { values: { user: 'ada' } } }],
    [`sessions end ${SID}`, { input: { argument: SID } }],
    ['users add ada --role a --role b', { input: { argument: 'ada', roles: ['a', 'b'] } }],
    ['users add --name Ada ada', { input: { argument: 'ada', values: { name: 'Ada' } } }],
    ['users add -- --ada', { input: { argument: '--ada' } }],
    ['token decode -', { input: { argument: '-' } }],
    ['token verify --keys k.json', { input: { values: { keys: 'k.json' } } }],
  ]
  for (const [line, want] of cases) {
    t.match(parseCommandLine(line.split(' ').filter(Boolean), COMMANDS), want, line)
  }
  const parsed = parseCommandLine(['token', 'decode', '--json'], COMMANDS)
  t.ok(parsed.kind === 'command' && parsed.input.has('json') && !parsed.input.has('help'))
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
      ['sessions list', 'sessions list needs --user USER.'],
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
      t.ok(err.split('\n').every((one) => one.length <= 80))
    }
  },
)

t.test('suggestions are near', async (t) => {
  t.equal(suggest('strat', ['start', 'users add']), 'start')
  t.equal(suggest('users', ['start', 'users add']), 'users add')
  t.equal(suggest('zzz', ['start', 'users add']), undefined)
  t.equal(suggest('', ['start']), undefined)
})
