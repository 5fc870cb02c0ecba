import type { ClaimProof, Clock, Verifier } from '@latchkey/verifier'
import type { FastifyRequest } from 'fastify'
import type { RefusalPage } from './refusal-page.ts'
import type { ResourceMetadataOptions } from './resource-metadata.ts'
import type { SessionSource } from './session-source.ts'
import type { TicketOptions } from './ticket-options.ts'

export interface LatchkeyOptions {
  /** From `createVerifier`. Whoever made it closes it. */
  verifier: Verifier
  /** Where the token of a signed-in browser comes from. Default: cookies are not looked at. */
  session?: SessionSource
  /**
   * Origins whose pages may use the session's cookie to change something, and open WebSockets, for example
   * `https://app.example.com`. Default: the origin of the service's audience.
   */
  origins?: readonly string[]
  /** `realm` of the challenges. Default: the service's audience. */
  realm?: string
  /** Lets everybody reach the app's not-found handler. Default false: what no route matches is a plain 404. */
  publicNotFound?: boolean
  /** What a person reads instead of JSON who opens a page, or sends a form, and is refused. Default: the JSON. */
  refusalPage?: RefusalPage
  /**
   * Address under which callers reach the service's routes, for example `https://example.com/api`: proofs of possession (RFC 9449)
   * name it. Default: the origin of the service's audience.
   */
  publicAddress?: string
  dpop?: {
    /** Refuse tokens that are not bound to a key, but for those of a session. Default false. */
    required?: boolean
    /** Remembers proofs for several processes together. Default: each remembers those that it has seen. */
    claimProof?: ClaimProof
  }
  /**
   * One-time tickets for WebSockets, and where pages ask for them; `true`: at `/latchkey/ticket`, kept in memory. Default: none are
   * given.
   */
  tickets?: TicketOptions | true
  /**
   * How long a page that offers the subprotocol `latchkey.renew` has to show a fresh ticket when its permissions changed or its token
   * expired, before its socket is closed; 0 to 10 s. Nothing passes meanwhile. Default 2 s.
   */
  socketGraceSeconds?: number
  /**
   * SHA-256 (base64url) of the client's certificate, which tokens with `cnf["x5t#S256"]` are bound to (RFC 8705), for example from a
   * header that your proxy sets and takes from nobody. Default: such tokens are refused.
   */
  certificateHash?: (request: FastifyRequest) => string | undefined
  /** What clients can read about the service (RFC 9728), or false to serve nothing. Default: the facts without a name. */
  resourceMetadata?: ResourceMetadataOptions | false
  clock?: Clock
}
