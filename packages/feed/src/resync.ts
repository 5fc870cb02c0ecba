/** Asking for one's place again, once per trouble. */
import type { ResyncMessage } from '@latchkey/protocol'

/** Asking a fourth time without having come to a lease in between would not help either. */
const MOST_RESYNCS = 3

export interface Resyncing {
  /** Something did not fit. Asks the issuer unless it has been asked already and not yet answered. */
  ask(reason: string): void
  /**
   * Is this the answer to a lease request from before the resync? Then it speaks of frames that were under way, and says
   * nothing. Anything later says that the issuer has answered the resync.
   */
  precedes(leaseId: number): boolean
  /** Replica and issuer agree again. */
  settled(): void
}

export interface ResyncDeps {
  positions(): ResyncMessage['positions']
  send(message: ResyncMessage): void
  /** Sends a lease request and returns its number: its answer arrives behind that of the resync. */
  askLease(): number
  /** Resyncs do not help: this connection is given up. */
  giveUp(reason: string): void
  warn(facts: Record<string, unknown>, message: string): void
}

export function resyncing(deps: ResyncDeps): Resyncing {
  let fence: number | undefined
  let asked = 0
  return {
    ask: (reason) => {
      if (fence !== undefined) return
      asked += 1
      if (asked > MOST_RESYNCS) {
        deps.giveUp(`out of step with the issuer (${reason})`)
        return
      }
      deps.warn({ reason }, 'feed asks for its place again')
      deps.send({ t: 'resync', positions: deps.positions() })
      fence = deps.askLease()
    },
    precedes: (leaseId) => {
      if (fence === undefined) return false
      if (leaseId < fence) return true
      fence = undefined
      return false
    },
    settled: () => {
      asked = 0
    },
  }
}
