import type { PresenceStore, VerifierPresence } from './store.ts'

/**
 * What is known as of now: with a process all its verifiers are gone, since it reported last. `reportedAt` gives that second;
 * what an unknown process reported is too old to be told.
 */
export function presenceList(
  verifiers: readonly VerifierPresence[],
  reportedAt: ReadonlyMap<string, number>,
  { keepSeconds, aliveSeconds, now }: Parameters<PresenceStore['list']>[0],
): VerifierPresence[] {
  return verifiers.flatMap((verifier) => {
    const alive = reportedAt.get(verifier.process)
    if (alive === undefined) return []
    const lost = now - alive >= aliveSeconds ? alive : undefined
    const goneAt = verifier.goneAt ?? lost
    if (goneAt === undefined) return [verifier]
    return now - goneAt < keepSeconds ? [{ ...verifier, goneAt }] : []
  })
}
