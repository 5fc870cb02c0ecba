/** `error`: something is broken, or will be lost. `warning`: it works, and should not stay so. `note`: could not be looked at. */
export type Severity = 'error' | 'warning' | 'note'

/** What the doctor of the issuer can find. The command line has the text of each: what it is, and how to mend it. */
export const FINDINGS = {
  'check-late': 'error',
  'check-failed': 'error',
  'redis-version': 'error',
  'redis-append-only': 'warning',
  'redis-fsync': 'warning',
  'redis-fsync-unknown': 'note',
  'redis-not-written': 'error',
  'redis-eviction': 'error',
  'redis-memory': 'warning',
  'redis-role': 'error',
  'redis-replicas': 'error',
  'redis-replica-late': 'warning',
  'redis-slow': 'warning',
  'redis-clock': 'warning',
  'postgres-version': 'error',
  'postgres-fsync': 'error',
  'postgres-synchronous-commit': 'error',
  'postgres-full-page-writes': 'warning',
  'postgres-standby': 'error',
  'postgres-connections': 'warning',
  'postgres-plain': 'warning',
  'postgres-clock': 'warning',
  'sqlite-journal': 'warning',
  'migrations-pending': 'error',
  'migrations-too-new': 'error',
  'key-pending': 'warning',
  'key-retiring': 'warning',
  'key-old': 'warning',
  'secret-weak': 'error',
  'secret-old': 'warning',
  'redirect-plain': 'warning',
  'node-version': 'warning',
  'disk-full': 'error',
  'disk-low': 'warning',
  'data-folder-open': 'error',
} as const satisfies Readonly<Record<string, Severity>>

export type FindingId = keyof typeof FINDINGS

/** Names and numbers that the text of a finding or the line of a check shows; never a secret. */
export type Facts = Readonly<Record<string, string | number>>

export interface Finding {
  readonly id: FindingId
  readonly severity: Severity
  readonly facts: Facts
}

export function finding(id: FindingId, facts: Facts = {}): Finding {
  return { id, severity: FINDINGS[id], facts }
}

/** What a check has seen, and what of it is wrong. */
export interface Examined {
  readonly facts: Facts
  readonly findings: readonly Finding[]
}
