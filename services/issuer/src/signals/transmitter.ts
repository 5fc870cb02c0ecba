/**
 * Turns entries of the revocation log into signals, for each stream. Each issuer process runs one; the place up to which a stream has
 * been served moves in the same step that queues its signals, so each entry is signalled once, and none is lost when a
 * process dies. Nobody waits for it.
 */
import type { Client, Directory, Stream } from '@latchkey/directory'
import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { LoggedEntry, Signal, SignalCursor, Store } from '@latchkey/store'
import { alarm } from '../backchannel/alarm.ts'
import type { LogTail } from '../feed/log-tail.ts'
import { type ConcernedDeps, isConcerned } from './concerned.ts'
import { EVENT, eventsDelivered } from './event-types.ts'
import { type EntryEvent, eventsOfEntry } from './events-of-entry.ts'
import type { EventTokens } from './security-event-token.ts'
import { SIGNAL_LIMITS } from './signal-limits.ts'

export interface TransmitterDeps extends ConcernedDeps {
  readonly directory: ConcernedDeps['directory'] & {
    readonly streams: Pick<Directory['streams'], 'list' | 'forget' | 'isAcquainted' | 'excludes'>
    readonly clients: Pick<Directory['clients'], 'find'>
    readonly users: Pick<Directory['users'], 'find' | 'rightsAt'>
  }
  readonly signals: Pick<Store['signals'], 'append' | 'cursor'>
  readonly log: Pick<Store['log'], 'read' | 'head'>
  readonly partitions: number
  readonly tail: Pick<LogTail, 'listen'>
  readonly tokens: Pick<EventTokens, 'ofEvents'>
  readonly clock: Clock
  readonly warn: (facts: Record<string, unknown>, message: string) => void
}

export interface Transmitter {
  start(): void
  /** Looks now; resolves when a look that began after the call is over, however it went. */
  poke(): Promise<void>
  /** Begins nothing more; resolves when what is under way is done. */
  stop(): Promise<void>
}

/** What another process left behind is found this soon. */
const LOOK_EVERY_MS = 5000

export function transmitter(deps: TransmitterDeps): Transmitter {
  const wake = alarm(() => void poke())
  let stopped = true
  let unlisten = () => {}
  let running: Promise<void> | undefined
  let again = false

  async function rounds(): Promise<void> {
    do {
      again = false
      try {
        await serveStreams(deps)
      } catch (error) {
        deps.warn({ err: error }, 'signals not made')
      }
    } while (again && !stopped)
    running = undefined
    wake.in(LOOK_EVERY_MS)
  }

  async function poke(): Promise<void> {
    if (stopped) return
    if (running === undefined) running = rounds()
    else again = true
    await running
  }

  return {
    start: () => {
      stopped = false
      const look = () => void poke()
      unlisten = deps.tail.listen({ appended: look, reset: look })
      look()
    },
    poke,
    stop: async () => {
      stopped = true
      unlisten()
      wake.stop()
      await running
    },
  }
}

async function serveStreams(deps: TransmitterDeps): Promise<void> {
  const deleted = new Set<string>()
  for (const stream of await deps.directory.streams.list()) {
    for (let partition = 0; partition < deps.partitions; partition++) {
      while (await serveStep(stream, partition, deleted, deps));
    }
  }
  // All streams have passed the entry: nothing more will be said about this person.
  for (const sub of deleted) await deps.directory.streams.forget(sub)
}

/** The next entries of one partition for one stream. False when there were none, or another process was faster. */
async function serveStep(
  stream: Stream,
  partition: number,
  deleted: Set<string>,
  deps: TransmitterDeps,
): Promise<boolean> {
  const { signals, log, clock } = deps
  const move = async (to: SignalCursor, made: readonly Signal[]) =>
    await signals.append(
      stream.id,
      { after, to },
      made,
      SIGNAL_LIMITS.mostWaiting,
      nowSeconds(clock),
    )
  const after = await signals.cursor(stream.id, partition)
  if (after === undefined) {
    // A new stream hears of what is still to come.
    const { position } = await log.head(partition)
    await move({ partition, epoch: position.epoch, offset: position.offset }, [])
    return false
  }
  const slice = await log.read(partition, after.offset, SIGNAL_LIMITS.entriesAtOnce)
  if (slice.epoch !== after.epoch) {
    // Another log: from its start. Recent ends are repeated there, and receivers hear of them twice rather than not at all.
    return await move({ partition, epoch: slice.epoch, offset: 0 }, [])
  }
  const last = slice.entries.at(-1)
  if (last === undefined) return false
  if (!slice.complete) deps.warn({ stream: stream.id, partition }, 'signals fell behind the log')
  for (const { k, r, v } of slice.entries) if (k === 'user' && r === 'user_deleted') deleted.add(v)
  const made = await signalsOf(stream, slice.entries, deps)
  return await move({ partition, epoch: slice.epoch, offset: last.o }, made)
}

async function signalsOf(
  stream: Stream,
  entries: readonly LoggedEntry[],
  deps: TransmitterDeps,
): Promise<Signal[]> {
  const client = await deps.directory.clients.find(stream.clientId)
  // Section 8.1.2.1: a disabled stream holds nothing for later.
  if (!client?.signals || client.disabled || stream.status === 'disabled') return []
  const wanted = eventsDelivered(stream.eventsRequested)
  const signals: Signal[] = []
  for (const entry of entries) {
    const events: EntryEvent[] = []
    for (const event of eventsOfEntry(entry)) {
      if (!wanted.includes(event.type)) continue
      if (!(await isConcerned(stream, client, event.subject, deps))) continue
      const complete = await withClaims(event, client, deps)
      if (complete !== undefined) events.push(complete)
    }
    signals.push(...deps.tokens.ofEvents(client, events))
  }
  return signals
}

/** CAEP 1.0 section 3.2: the claims as they are now, those of tokens for the client's first service. */
async function withClaims(
  event: EntryEvent,
  client: Client,
  { directory }: TransmitterDeps,
): Promise<EntryEvent | undefined> {
  if (event.type !== EVENT.tokenClaimsChange || event.subject.kind !== 'user') return event
  const [audience] = client.services
  if (audience === undefined) return undefined
  const { routes } = await directory.users.rightsAt(event.subject.sub, audience)
  return { ...event, members: { claims: { routes }, ...event.members } }
}
