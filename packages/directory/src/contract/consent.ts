/** What a person allowed a client that is not first-party to know and do. */
export interface Consent {
  readonly sub: string
  readonly clientId: string
  /** Scope words that were allowed. */
  readonly granted: readonly string[]
  /** Scope words that were asked for and not allowed: not asked again unless the client insists (`prompt=consent`). */
  readonly declined: readonly string[]
  /** Services that it may call for the person. */
  readonly audiences: readonly string[]
  /**
   * Of services that were allowed in part (RFC 9396), the grants that the person was shown. A service of `audiences` without an
   * entry here was allowed whole.
   */
  readonly routes?: Readonly<Record<string, readonly string[]>>
  readonly grantedAt: number
  readonly updatedAt: number
}

export interface Consents {
  find(sub: string, clientId: string): Promise<Consent | undefined>
  /** Creates or replaces; `grantedAt` of an existing one stays. */
  save(consent: Omit<Consent, 'grantedAt' | 'updatedAt'>): Promise<Consent>
  /** False when there was none. */
  remove(sub: string, clientId: string): Promise<boolean>
  /** Of a person, newest first. */
  list(sub: string): Promise<Consent[]>
}
