/** An initial access token of dynamic registration (RFC 7591 section 3), by its digest. */
export interface RegistrationToken {
  /** SHA-256, base64url. */
  readonly tokenHash: string
  /** For the operator. */
  readonly note: string
  readonly expiresAt: number
  /** Registrations that it may still make. */
  readonly usesLeft: number
  readonly createdAt: number
}

export interface RegistrationTokens {
  create(token: Omit<RegistrationToken, 'createdAt'>): Promise<void>
  /** Takes one use, in one step; false when unknown, expired or used up. */
  use(tokenHash: string): Promise<boolean>
  list(): Promise<RegistrationToken[]>
  remove(tokenHash: string): Promise<boolean>
}
