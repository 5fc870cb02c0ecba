/** The first lease did not come in time: wrong address, wrong credentials, or no issuer. The verifier has been closed. */
export class VerifierNotReady extends Error {
  /** Where the issuer was looked for. */
  readonly address: string
  /** What happened last, for example `HTTP status 401`. Holds no secret. */
  readonly lastFailure: string

  constructor(facts: { address: string; service: string; waitedMs: number; lastFailure: string }) {
    const { address, service, waitedMs, lastFailure } = facts
    super(`service ${service} has no lease from ${address} after ${waitedMs} ms: ${lastFailure}`)
    this.name = 'VerifierNotReady'
    this.address = address
    this.lastFailure = lastFailure
  }
}
