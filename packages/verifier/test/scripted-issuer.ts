import type { Connect, SocketEvents } from '@latchkey/feed'
import type { FeedPosition, IssuerMessage, LogEntry, VerifierMessage } from '@latchkey/protocol'
import { key } from './scene.ts'

/** An issuer in memory that answers as it should: keys, a snapshot or nothing new, and a lease whenever asked. */
export function scriptedIssuer() {
  const heard: VerifierMessage[] = []
  const connections = new Set<SocketEvents>()
  let position: FeedPosition = { p: 0, epoch: 1, offset: 10, digest: 'a' }
  let entries: LogEntry[] = []
  let refusing: number | undefined
  let granting = true

  function answer(message: VerifierMessage, send: (message: IssuerMessage) => void): void {
    if (message.t === 'hello' || message.t === 'resync') {
      const { k, ...facts } = key(1).feedKey
      const jwe = `header..${'i'.repeat(16)}.${k}.${'t'.repeat(22)}`
      send({ t: 'keys', keys: [{ ...facts, jwe }] })
      const resumes = message.positions.some(({ offset }) => offset === position.offset)
      if (!resumes) send({ t: 'snapshot', position, entries, first: true, more: false })
    }
    if (message.t === 'lease?' && granting) {
      send({ t: 'lease', id: message.id, positions: [position], ageMs: 0, ttlMs: 5000 })
    }
  }

  const connect: Connect = (_, events) => {
    const drop = (reason: string, status?: number) => {
      if (connections.delete(events)) events.closed({ reason, ...(status ? { status } : {}) })
    }
    const send = (message: IssuerMessage) => {
      queueMicrotask(() => connections.has(events) && events.text(JSON.stringify(message)))
    }
    connections.add(events)
    queueMicrotask(() => {
      if (refusing) drop(`HTTP status ${refusing}`, refusing)
      else if (connections.has(events)) events.opened()
    })
    return {
      send: (text) => {
        const message = JSON.parse(String(text)) as VerifierMessage
        heard.push(message)
        answer(message, send)
      },
      unwrapKey: (_kid, jwe) => jwe.split('.')[3],
      ping: () => events.alive(),
      close: () => queueMicrotask(() => drop('closed')),
      terminate: () => queueMicrotask(() => drop('cut')),
    }
  }

  return {
    connect,
    heard,
    get connections() {
      return connections.size
    },
    refuse: (status: number | undefined) => {
      refusing = status
    },
    grant: (yes: boolean) => {
      granting = yes
    },
    /** Ends something, as if by `end`. */
    append: (entry: LogEntry) => {
      entries = [...entries, entry]
      position = { ...position, offset: entry.o, digest: entry.d }
      const text = JSON.stringify({ t: 'entries', epoch: 1, entries: [entry] })
      for (const events of connections) events.text(text)
    },
    /** Cuts every connection. */
    cut: () => {
      for (const events of [...connections]) {
        connections.delete(events)
        events.closed({ reason: 'connection lost' })
      }
    },
  }
}
