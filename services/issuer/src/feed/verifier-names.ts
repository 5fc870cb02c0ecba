import type { Clock } from '@latchkey/protocol'

export interface VerifierNames {
  /** False: so many verifiers of this client have had a name of their own in the last hour that one more is no verifier. */
  admit(clientId: string, instance: string): boolean
}

/** More than a large service starts in an hour, at one issuer process, with a restart of each in between. */
const MOST_NAMES = 2000
const KEEP_MS = 3_600_000

/**
 * A verifier names itself, and each name is told to all issuer processes, kept for an hour, and looked through by every receipt: whoever
 * makes up a new one for each connection would slow all of them down.
 */
export function verifierNames(clock: Pick<Clock, 'monotonicMs'>): VerifierNames {
  /** Of each client, oldest first. */
  const known = new Map<string, Map<string, number>>()
  return {
    admit: (clientId, instance) => {
      const names = known.get(clientId) ?? new Map<string, number>()
      known.set(clientId, names)
      for (const [name, heardAtMs] of names) {
        if (clock.monotonicMs() - heardAtMs < KEEP_MS) break
        names.delete(name)
      }
      if (!names.delete(instance) && names.size >= MOST_NAMES) return false
      names.set(instance, clock.monotonicMs())
      return true
    },
  }
}
