import { join } from 'node:path'
import t from 'tap'
import { runLine } from './fixtures/stand-ins.ts'

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
