/** Group `directory`: pages and searches among a million users, and what an issuer asks at each refresh. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Directory, openPostgresDirectory, openSqliteDirectory } from '@latchkey/directory'
import { fillWithUsers, runSql, startPostgres } from '@latchkey/directory/postgres-server'
import { InputError, systemClock, systemRandom } from '@latchkey/protocol'
import type { GroupOptions } from '../group.ts'
import { PRODUCT, type Series } from '../result.ts'

const USERS = 1_000_000
const PAGE = 50

/** What administrators type, by how many have it. */
const SEARCHES = [
  ['a page from the middle', undefined],
  ['search: a seventh has it', 'lovelace'],
  ['search: one has it', 'turing123456'],
  ['search: nobody has it', 'zzqx'],
  ['search: nobody, of common pieces', 'ada lovelaca'],
  ['search: two Chinese characters', '李雷'],
  ['search: one letter', 'k'],
  ['search: five digits', '77777'],
] as const

interface Engine {
  readonly name: string
  readonly directory: Directory
  close(): Promise<void>
}

export async function runDirectory(options: GroupOptions): Promise<Series[]> {
  const users = options.quick ? 5000 : USERS
  const all: Series[] = []
  for (const open of [openEmbedded, openServed]) {
    const engine = await open(users, options)
    if (engine === undefined) continue
    try {
      all.push(...(await measure(engine, users, options)))
    } finally {
      await engine.close()
    }
  }
  return all
}

async function measure(engine: Engine, users: number, options: GroupOptions): Promise<Series[]> {
  const rounds = options.rounds ?? (options.quick ? 3 : 200)
  const { directory, name } = engine
  const series: Series[] = []
  for (const [what, search] of SEARCHES) {
    const values: number[] = []
    for (let round = 0; round < rounds; round++) {
      options.progress(`${name}, ${what}`, round, rounds)
      // Every round from another place, as people go on from page to page.
      const place = Math.floor((users * ((round * 37) % 100)) / 200)
      const after = `u_${String(place).padStart(26, '0')}`
      const begun = performance.now()
      await directory.users.list({ limit: PAGE, after, ...(search !== undefined && { search }) })
      values.push(performance.now() - begun)
    }
    series.push(seriesOf(`${users.toLocaleString('en')} users, ${name}`, what, values))
  }
  return [...series, ...(await measureReads(engine, rounds, options))]
}

/** What a refresh asks of the directory, one after the other, while nothing is written. */
async function measureReads({ name, directory }: Engine, rounds: number, options: GroupOptions) {
  const { sub } = await directory.users.create({ username: 'measured' })
  const audience = 'https://orders.example'
  const ask = async () => {
    await directory.clients.recall('nobody')
    await directory.users.find(sub)
    await directory.users.rightsAt(sub, audience)
    await directory.services.find(audience)
  }
  const values: number[] = []
  for (let round = 0; round < rounds; round++) {
    options.progress(`${name}, reads of a refresh`, round, rounds)
    const begun = performance.now()
    await ask()
    values.push(performance.now() - begun)
  }
  return [seriesOf(`reads of a refresh, ${name}`, PRODUCT, values)]
}

function seriesOf(set: string, name: string, values: readonly number[]): Series {
  return { group: 'directory', set, name, role: 'product', unit: 'ms', values, cpuNsPerOp: [] }
}

async function openEmbedded(users: number, options: GroupOptions): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'))
  const file = join(folder, 'directory.db')
  const directory = await openSqliteDirectory({ file, clock: systemClock, random: systemRandom })
  await fillWithUsers({ file }, users, (done) => options.progress('SQLite, filling', done, users))
  return {
    name: 'SQLite',
    directory,
    close: async () => {
      await directory.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function openServed(users: number, options: GroupOptions): Promise<Engine | undefined> {
  const server = await startPostgres({ settings: [['shared_buffers', '512MB']] }).catch((error) => {
    if (!(error instanceof InputError) || error.code !== 'postgres-missing') throw error
    options.say(`PostgreSQL is left out: ${error.message}`)
  })
  if (server === undefined) return undefined
  await runSql(server.url('postgres'), 'create database bench')
  const url = server.url('bench')
  const directory = await openPostgresDirectory({ url, clock: systemClock, random: systemRandom })
  await fillWithUsers({ url }, users, (done) =>
    options.progress('PostgreSQL, filling', done, users),
  )
  return {
    name: 'PostgreSQL',
    directory,
    close: async () => {
      await directory.close()
      await server.stop()
    },
  }
}
