import t from 'tap'
import { readOptions, type SimulationOptions } from '../src/command/read-options.ts'

t.test('a command line is understood, or told what is wrong with it', async (t) => {
  const rows: [line: string, options: SimulationOptions][] = [
    ['', { kind: 'many', count: 10_000, first: 1 }],
    ['--seeds 5 --from 3', { kind: 'many', count: 5, first: 3 }],
    ['--seed 27', { kind: 'one', seed: 27, trace: false }],
    ['--seed 0 --trace', { kind: 'one', seed: 0, trace: true }],
    ['--help', { kind: 'help' }],
    ['--seeds many', { kind: 'mistake', what: 'not a whole number: many' }],
    ['--seeds 1e3', { kind: 'mistake', what: 'not a whole number: 1e3' }],
    ['--seed=-1', { kind: 'mistake', what: 'not a whole number: -1' }],
  ]
  for (const [line, options] of rows) {
    t.same(readOptions(line.split(' ').filter(Boolean)), options, line)
  }
  for (const line of ['--sed 1', '27']) t.match(readOptions(line.split(' ')), { kind: 'mistake' })
})
