/** What to break, and whom to ask whether the promises still hold: README.md, the cluster file. */

export const FAULT_KINDS = ['cut', 'stall', 'delay', 'freeze', 'kill', 'restart'] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

export interface Plan {
  /** The public identity: `iss` of the tokens, and the `Host` of every request to it. */
  readonly issuer: string
  /** Where its processes are reached; tried in turn. */
  readonly issuerAddresses: readonly string[]
  /** T, in milliseconds, as the issuers have it. */
  readonly leaseMs: number
  /** First-party, with the JSON API: signs people in. */
  readonly app: Credentials
  /** Machine that may call POST /admin/v1/ends. */
  readonly operator: Credentials
  readonly people: readonly { readonly username: string; readonly password: string }[]
  readonly services: readonly ServiceTarget[]
  readonly links: readonly LinkPlan[]
  readonly processes: readonly ProcessPlan[]
  /** A command that succeeds when nothing is broken any more, replication for example: each round waits for it. */
  readonly healthy?: readonly string[]
  readonly faults: readonly FaultKind[]
  readonly faultMs: number
  readonly delayMs: number
  /** Absent: each kind on each part once. */
  readonly rounds?: number
  readonly requestsPerSecond: number
  readonly recoverMs: number
  readonly refreshGraceMs: number
}

export interface Credentials {
  readonly clientId: string
  readonly clientSecret: string
}

export interface ServiceTarget {
  readonly audience: string
  readonly address: string
  /** A closed route that everybody in `people` may GET. */
  readonly path: string
}

export interface LinkPlan {
  readonly name: string
  readonly listen: Place
  readonly to: Place
}

export interface Place {
  readonly host: string
  readonly port: number
}

export interface ProcessPlan {
  readonly name: string
  /** Started, killed and started again by chaos. */
  readonly command?: readonly string[]
  /** Where the command is started; absent: where chaos is. */
  readonly folder?: string
  readonly env?: Readonly<Record<string, string>>
  /** Where the number of a process stands that somebody else has started. */
  readonly pidFile?: string
  /** Somebody starts it again when it is killed. */
  readonly supervised: boolean
  /** An address that answers 2xx when it is ready, or `tcp://host:port`. */
  readonly ready?: string
  /** Its output; absent: nowhere. */
  readonly logFile?: string
}
