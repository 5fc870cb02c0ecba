import type { DirectoryExamination, PostgresFacts } from '@latchkey/directory'
import { type Clock, LIMITS } from '@latchkey/protocol'
import { clockDifference } from './clock-difference.ts'
import { type Examined, type Facts, type Finding, type FindingId, finding } from './finding.ts'

/** The directory is tested with this version and later ones. */
const OLDEST_POSTGRES = 14
/** Of `max_connections`, which is for all clients together: the next issuer that starts may get none. */
const CROWDED = 0.8

/** What is wrong with the database of the directory. */
export function examineDirectory(
  directory: DirectoryExamination,
  clock: Pick<Clock, 'nowMs'>,
): Examined {
  const own = directory.kind === 'postgres' ? postgres(directory, clock) : sqlite(directory)
  return { facts: own.facts, findings: [...own.findings, ...migrations(directory)] }
}

function migrations({ pending, tooNew }: DirectoryExamination): Finding[] {
  if (tooNew) return [finding('migrations-too-new')]
  if (pending.length === 0) return []
  const list = pending.map(({ number, name }) => `${number} ${name}`).join(', ')
  return [finding('migrations-pending', { migrations: list })]
}

function sqlite({ version, journalMode }: { version: string; journalMode: string }): Examined {
  const isSafe = journalMode === 'wal'
  return {
    facts: { engine: 'sqlite', version, journal: journalMode },
    findings: isSafe ? [] : [finding('sqlite-journal', { mode: journalMode })],
  }
}

function postgres(facts: PostgresFacts, clock: Pick<Clock, 'nowMs'>): Examined {
  const { version, connections: used, maxConnections: most } = facts
  const seconds = clockDifference(facts.time, clock)
  const roundTripMs = Math.round((facts.time.answeredAt - facts.time.askedAt) * 100) / 100
  const findings: [isSo: boolean, id: FindingId, facts?: Facts][] = [
    [Number.parseInt(version, 10) < OLDEST_POSTGRES, 'postgres-version', { version }],
    [facts.fsync === 'off', 'postgres-fsync'],
    [facts.synchronousCommit === 'off', 'postgres-synchronous-commit'],
    [facts.fullPageWrites === 'off', 'postgres-full-page-writes'],
    [facts.isStandby, 'postgres-standby'],
    [used > CROWDED * most, 'postgres-connections', { used, most }],
    [!facts.isPrivate, 'postgres-plain'],
    [seconds > LIMITS.clockSkewSeconds, 'postgres-clock', { seconds }],
  ]
  return {
    facts: {
      engine: 'postgres',
      version,
      connections: `${used}/${most}`,
      round_trip_ms: roundTripMs,
      clock_seconds: seconds,
    },
    findings: findings.filter(([isSo]) => isSo).map(([, id, more]) => finding(id, more)),
  }
}
