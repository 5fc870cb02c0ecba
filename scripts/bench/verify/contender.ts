import type { Role } from '../result.ts'

/** Something that answers whether it accepts the token of an Authorization header. Throws nothing for a bad one. */
export type Contender = SyncContender | AsyncContender

interface Named {
  readonly name: string
  readonly role: Role
}

export interface SyncContender extends Named {
  readonly accepts: (header: string) => boolean
}

export interface AsyncContender extends Named {
  readonly acceptsLater: (header: string) => Promise<boolean>
  /** So many at the same time: with one after another it would wait more than work. */
  readonly inFlight: number
}
