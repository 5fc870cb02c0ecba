/** Another system whose security events are heard. */
export interface SignalSource {
  /** Its `iss`, to the letter. */
  readonly issuer: string
  /** Where its keys stand. */
  readonly jwksUri: string
  /** The `aud` of what it says to this issuer. */
  readonly audience: string
  /** By which the same system brings people in (SCIM), if it does. */
  readonly provisioningClient?: string
}
