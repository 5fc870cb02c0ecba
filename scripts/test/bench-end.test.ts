import { join } from 'node:path'
import t from 'tap'
import { AGAINST, ENDS, SETS } from '../bench/end/end-names.ts'
import { PRODUCT } from '../bench/result.ts'
import { cleanProcess } from './clean-process.ts'

const root = join(import.meta.dirname, '..', '..')

type Line = Readonly<Record<string, unknown>>

t.test('a smoke run of ending things measures every contender of every set', async (t) => {
  const args = ['-C', '@latchkey/source', join('scripts', 'bench', 'main.ts'), '--quick', 'end']
  const { exitCode, lines } = await cleanProcess(args, { cwd: root }).ended
  t.equal(exitCode, 0, lines.join('\n'))
  const printed = lines.filter((line) => line.startsWith('{')).map((line): Line => JSON.parse(line))
  const expected: Readonly<Record<string, readonly string[]>> = {
    '3 services, SQLite': [PRODUCT, ENDS.floor, ENDS.answered, ENDS.receipts],
    '3 services, Redis': [PRODUCT, ...Object.values(ENDS)],
    [SETS.memory]: [PRODUCT, AGAINST.map],
    [SETS.miss]: [PRODUCT, AGAINST.map],
    [SETS.cold]: [PRODUCT, AGAINST.twoSeconds],
    [SETS.idle]: [PRODUCT, 'latchkey, binary frames', AGAINST.bytes],
    [SETS.sockets]: [PRODUCT, AGAINST.tenth],
  }
  for (const [set, names] of Object.entries(expected)) {
    const found = printed.filter((line) => line['set'] === set && line['kind'] === 'contender')
    t.strictSame(found.map((line) => line['name']).sort(), [...names].sort(), set)
  }
  const goals = printed.filter((line) => line['kind'] === 'goal').map((line) => line['id'])
  t.strictSame(goals, ['M1', 'M2', 'cold start', 'idle', 'sockets'])
})
