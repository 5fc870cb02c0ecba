/** The simulated deployment: who takes part, and on what terms. */
export interface Deployment {
  /** T, milliseconds. */
  readonly leaseMs: number
  readonly partitions: number
  readonly issuers: readonly string[]
  readonly services: readonly string[]
  readonly verifiers: readonly { readonly name: string; readonly service: string }[]
  /** Whether the store was opened with `WAIT`: nothing that was confirmed is lost. */
  readonly waits: boolean
}

/** The client whose credentials open the feed of a service. */
export const clientOf = (service: string) => `${service}-feed`
export const SECRET = 'a secret of a client, which is long enough'
