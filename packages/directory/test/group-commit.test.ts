import t from 'tap'
import { groupCommit } from '../src/audit/group-commit.ts'

const committed = (write: (items: readonly number[]) => Promise<void>) =>
  groupCommit(write, { rests: true })

t.test('what arrives in one turn, or while others are written, is written together', async (t) => {
  const batches: number[][] = []
  const isWriting = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  const commit = committed(async (items) => {
    batches.push([...items])
    if (!items.includes(3)) return
    isWriting.resolve()
    await gate.promise
  })
  const first = commit(1)
  await Promise.resolve()
  await Promise.all([first, commit(2)])
  t.strictSame(batches, [[1, 2]])
  const slow = commit(3)
  await isWriting.promise
  const waiting = [commit(4), commit(5)]
  gate.resolve()
  await Promise.all([slow, ...waiting])
  t.strictSame(batches, [[1, 2], [3], [4, 5]])
})

t.test('a batch that fails fails for all of it, and for nobody else', async (t) => {
  const commit = committed(async (items) => {
    if (items.includes(1)) throw new Error('no room')
  })
  const settled = await Promise.allSettled([commit(1), commit(2)])
  t.strictSame(
    settled.map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  await t.resolves(commit(3))
})

t.test(
  'after a batch that several shared the process has three times as long for others',
  async (t) => {
    const batches: { items: number; begun: number; ended: number }[] = []
    const commit = committed(async (items) => {
      const begun = performance.now()
      block(2)
      batches.push({ items: items.length, begun, ended: performance.now() })
    })
    await Promise.all([commit(1), commit(2)])
    await commit(3)
    const [shared, next] = batches
    if (shared === undefined || next === undefined) throw new Error('two batches')
    t.strictSame([shared.items, next.items], [2, 1])
    t.ok(next.begun - shared.ended >= 3 * (shared.ended - shared.begun) - 1)
  },
)

t.test(
  'however long a batch took, the next one waits no longer than anybody notices',
  async (t) => {
    const written: number[] = []
    const commit = committed(async (items) => {
      written.push(...items)
      block(40)
    })
    await Promise.all([commit(1), commit(2)])
    const third = commit(3)
    // Timers fire in their order, however busy the machine is; the batch may be written in the same turn of the loop.
    await new Promise((resolve) => setTimeout(resolve, 80))
    await new Promise((resolve) => setImmediate(resolve))
    t.strictSame(written, [1, 2, 3])
    await third
  },
)

t.test('inside a transaction nobody rests: others wait for its end', async (t) => {
  const written: number[] = []
  const write = async (items: readonly number[]) => {
    written.push(...items)
    block(5)
  }
  const commit = groupCommit(write, { rests: false })
  await Promise.all([commit(1), commit(2)])
  const third = commit(3)
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve))
  t.strictSame(written, [1, 2, 3])
  await third
})

t.test('whoever writes alone, one after the other, never rests', async (t) => {
  const written: number[] = []
  const commit = committed(async (items) => {
    written.push(...items)
    block(5)
  })
  await commit(1)
  const second = commit(2)
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve))
  t.strictSame(written, [1, 2])
  await second
})

/** As an embedded database does. */
function block(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}
