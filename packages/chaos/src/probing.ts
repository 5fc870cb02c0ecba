import { setTimeout as sleep } from 'node:timers/promises'
import { exchange } from './exchange.ts'
import type { Ledger, Session } from './ledger.ts'
import type { ServiceTarget } from './plan.ts'

export interface Probing {
  /** Its token is asked with from now on. */
  add(session: Session): void
  /** Nobody asks with it any more. */
  remove(session: Session): void
  /** One request now; resolves with its status, undefined when no answer came. */
  ask(session: Session): Promise<number | undefined>
  stop(): Promise<void>
}

const TIMEOUT_MS = 2000
/** A service that hangs costs no more than this many sockets. */
const MOST_OPEN = 200

/** Asks one service again and again with the tokens of the living and the dead, whatever it answers. */
export function probing(service: ServiceTarget, perSecond: number, ledger: Ledger): Probing {
  const sessions = new Set<Session>()
  const open = new Set<Promise<unknown>>()
  let stopped = false

  async function ask(session: Session): Promise<number | undefined> {
    const { accessToken } = session
    const sentMs = performance.now()
    const answer = await exchange({
      address: service.address,
      host: service.audience,
      method: 'GET',
      path: service.path,
      headers: { authorization: `Bearer ${accessToken}` },
      timeoutMs: TIMEOUT_MS,
    })
    const status = answer.kind === 'answered' ? answer.status : undefined
    // A token that was replaced meanwhile may have expired: it says nothing about the session.
    if (accessToken === session.accessToken) {
      ledger.saw({ session, sentMs, nowSeconds: Date.now() / 1000, status })
    }
    return status
  }

  async function run(): Promise<void> {
    let next = [...sessions].values()
    while (!stopped) {
      await sleep(1000 / perSecond)
      if (open.size >= MOST_OPEN) continue
      let turn = next.next()
      if (turn.done) {
        next = [...sessions].values()
        turn = next.next()
      }
      if (turn.done || !sessions.has(turn.value)) continue
      const asked = ask(turn.value).finally(() => open.delete(asked))
      open.add(asked)
    }
  }

  const running = run()
  return {
    add: (session) => sessions.add(session),
    remove: (session) => sessions.delete(session),
    ask,
    stop: async () => {
      stopped = true
      await running
      await Promise.all(open)
    },
  }
}
