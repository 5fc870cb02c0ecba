import { join } from 'node:path'
import t from 'tap'
import { runLine } from './fixtures/stand-ins.ts'

const PLAN = {
  test_cluster: true,
  issuer: 'http://sso.localhost:4000',
  lease_ms: 5000,
  app: { client_id: 'chaos', secret_file: 'secret' },
  operator: { client_id: 'operator', secret_file: 'secret' },
  people: [{ username: 'ada', password_file: 'secret' }],
  services: [{ audience: 'http://a.localhost:4001', path: '/orders' }],
}

t.test('a cluster that does not work as it is is told as that, without a stack', async (t) => {
  const cases: [command: string[], said: RegExp][] = [
    [
      ['no-such-program'],
      /tested as it is: issuer cannot be started: spawn no-such-program ENOENT/,
    ],
    [
      ['sh', '-c', 'echo the port is taken >&2; exit 1'],
      /tested as it is: issuer has left before it was ready: the port is taken/,
    ],
  ]
  for (const [command, said] of cases) {
    const processes = [{ name: 'issuer', command, ready: 'tcp://127.0.0.1:1' }]
    const folder = t.testdir({
      secret: 'x',
      // JSON is YAML.
      'chaos.yaml': JSON.stringify({ ...PLAN, processes }),
    })
    const env = { PATH: '/bin:/usr/bin' }
    const { code, err } = await runLine(['chaos', '--config', join(folder, 'chaos.yaml')], { env })
    t.equal(code, 1)
    t.match(err.replaceAll('\n', ' '), said)
  }
})

t.test(
  'chaos says what is wrong with its command line and its file before it touches anything',
  async (t) => {
    const folder = t.testdir({
      'no-test.yaml': 'issuer: http://sso.localhost:4000\n',
      'misspelt.yaml': 'test_cluster: true\nisuer: http://sso.localhost:4000\n',
    })
    const cases: [line: string[], said: RegExp][] = [
      [['chaos'], /chaos needs --config FILE\./],
      [['chaos', '--config', join(folder, 'no-test.yaml')], /chaos-no-test-cluster/],
      [['chaos', '--config', join(folder, 'misspelt.yaml')], /received a member isuer/],
      [
        ['chaos', '--config', join(folder, 'missing.yaml')],
        /as docs\/operate\/chaos\.md shows one, received no file/,
      ],
    ]
    for (const [line, said] of cases) {
      const { code, err } = await runLine(line)
      t.equal(code, 2, line.join(' '))
      t.match(err.replaceAll('\n', ' '), said)
    }
  },
)
