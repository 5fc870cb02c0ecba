import type {
  FeedPosition,
  IssuerMessage,
  LeaseMessage,
  LogEntry,
  VerifierMessage,
} from '@latchkey/protocol'
import { simulatedTime } from '@latchkey/protocol/fixtures/simulated-time.ts'
import { type FeedClientOptions, feedClient } from '../src/index.ts'
import { at } from './log.ts'
import { scriptedNetwork, WRAPPED } from './scripted-network.ts'

export const SECRET = 'correct horse'
/** What the chance of `scene` makes of it. */
export const INSTANCE = `gA${'A'.repeat(20)}`
export const KEYS: IssuerMessage = { t: 'keys', keys: [WRAPPED] }

export const entries = (...list: LogEntry[]): IssuerMessage => ({
  t: 'entries',
  epoch: 1,
  entries: list,
})
export const snapshot = (position: FeedPosition, list: LogEntry[] = []): IssuerMessage => ({
  ...{ t: 'snapshot', position, entries: list, first: true, more: false },
})

export type Scene = ReturnType<typeof scene>

/** A feed whose issuer is the test, and whose time stands still until the test says so. */
export function scene(change: Partial<FeedClientOptions> = {}) {
  const time = simulatedTime()
  const network = scriptedNetwork()
  const logged: string[] = []
  const log = (facts: Record<string, unknown>, message: string) => {
    logged.push(`${message} ${JSON.stringify(facts)}`)
  }
  const feed = feedClient({
    issuerAddress: 'https://sso.example.com',
    service: 'orders',
    credentials: { clientId: 'orders', clientSecret: SECRET },
    clock: time.clock,
    scheduler: time.scheduler,
    random: { bytes: (count) => Buffer.alloc(count).fill(0x80, 0, 1) },
    connect: network.connect,
    log: { info: log, warn: log },
    ...change,
  })

  /** Answers the newest lease request. */
  function grant(change: Partial<LeaseMessage> = {}): void {
    network.last.send({
      t: 'lease',
      id: asked(),
      positions: [at(10)],
      ageMs: 0,
      ttlMs: 5000,
      ...change,
    })
  }
  /** The number of the newest lease request. */
  function asked(): number {
    const requests = network.last.sent.filter((message) => message.t === 'lease?')
    return requests.at(-1)?.id ?? Number.NaN
  }
  /** Opens the newest connection, up to the verifier's first lease request. */
  function join(position: FeedPosition = at(10)): void {
    network.last.events.opened()
    network.last.send(KEYS, snapshot(position))
  }
  const remaining = () => Math.round(feed.lease.remainingMs())
  return { feed, time, network, logged, grant, asked, join, remaining }
}

export const types = (messages: VerifierMessage[]) => messages.map((message) => message.t)
