/** Ten thousand open sockets at one service: how soon those of one session are closed, and that the others stay. */
import { randomBytes } from 'node:crypto'
import { type Child, startChild } from '../child.ts'
import type { GroupOptions } from '../group.ts'
import { playRounds } from '../play-rounds.ts'
import { PRODUCT, type Series } from '../result.ts'
import { AGAINST, SETS } from './end-names.ts'
import type { GuardedQuestion } from './guarded-sockets.ts'
import type { SocketsQuestion } from './socket-clients.ts'

const PLAN = { usual: 200, quick: 2, warmUp: 20, budgetMs: 20_000 }
const SOCKETS = 10_000
const QUICK_SOCKETS = 100
const LIMIT_MS = 100

export async function runSockets(options: GroupOptions): Promise<Series[]> {
  const master = randomBytes(32)
  const children: Child[] = []
  const start = (program: string) => {
    const child = startChild(program)
    children.push(child)
    return child
  }
  try {
    const port = await start('end/guarded-sockets.ts').ask<number>({
      master,
    } satisfies GuardedQuestion)
    const clients = start('end/socket-clients.ts')
    const count = options.quick ? QUICK_SOCKETS : SOCKETS
    await clients.ask({ open: { port, master, count } } satisfies SocketsQuestion)
    const values: number[] = []
    await playRounds({ what: `end, ${SETS.sockets}`, ...PLAN }, options, async (counts) => {
      const tookMs = await clients.ask<number>({ end: true } satisfies SocketsQuestion)
      if (counts) values.push(tookMs)
    })
    const common = { group: 'end', set: SETS.sockets, unit: 'ms', cpuNsPerOp: [] } as const
    return [
      { ...common, name: PRODUCT, role: 'product', values },
      { ...common, name: AGAINST.tenth, role: 'floor', values: values.map(() => LIMIT_MS) },
    ]
  } finally {
    for (const child of children.reverse()) await child.stop()
  }
}
