import type { CodeStore } from './contract/codes.ts'
import type { DeviceStore } from './contract/devices.ts'
import type { DocumentStore } from './contract/documents.ts'
import type { StoreExamination } from './contract/examination.ts'
import type { FamilyStore } from './contract/families.ts'
import type { OneTimeStore } from './contract/one-time.ts'
import type { OutboxStore } from './contract/outbox.ts'
import type { PresenceStore } from './contract/presence.ts'
import type { RevocationLog } from './contract/revocation-log.ts'
import type { SessionStore } from './contract/sessions.ts'
import type { SignalQueue } from './contract/signals.ts'
import type { StatusListStore } from './contract/status-lists.ts'
import type { Throttle } from './contract/throttle.ts'

export * from './contract/codes.ts'
export * from './contract/devices.ts'
export * from './contract/documents.ts'
export * from './contract/examination.ts'
export * from './contract/families.ts'
export * from './contract/one-time.ts'
export * from './contract/outbox.ts'
export * from './contract/presence.ts'
export * from './contract/revocation-log.ts'
export * from './contract/sessions.ts'
export * from './contract/signals.ts'
export * from './contract/status-lists.ts'
export * from './contract/throttle.ts'

/**
 * What the issuer keeps in Redis or SQLite. Every method that finds the engine down, hanging or too slow throws
 * `StoreUnavailable` within the engine's time limit (default 400 ms) and has then changed nothing that it reports; nor
 * does a hanging engine carry it out later.
 * All times are whole seconds since 1970 and come from the caller's clock.
 */
export interface Store {
  readonly kind: 'redis' | 'sqlite'
  readonly partitions: number
  readonly sessions: SessionStore
  readonly codes: CodeStore
  readonly families: FamilyStore
  readonly log: RevocationLog
  readonly oneTime: OneTimeStore
  readonly devices: DeviceStore
  readonly outbox: OutboxStore
  readonly throttle: Throttle
  readonly presence: PresenceStore
  readonly documents: DocumentStore
  readonly signals: SignalQueue
  readonly statusLists: StatusListStore
  /** Resolves when the engine answers a write; throws StoreUnavailable otherwise. */
  ping(): Promise<void>
  /** Asks the engine about itself; changes nothing. */
  examine(): Promise<StoreExamination>
  close(): Promise<void>
}
