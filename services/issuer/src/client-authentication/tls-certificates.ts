/** The TLS certificate of a client, as the proxy that ended TLS passes it on: RFC 8705 section 2. */
import { createHash, X509Certificate } from 'node:crypto'
import { type Clock, OAuthError } from '@latchkey/protocol'
import type { FastifyRequest } from 'fastify'
import { singleHeader } from '../http/single-header.ts'
import { addressSet } from '../outgoing/public-address.ts'

export interface ClientCertificate {
  readonly x509: X509Certificate
  /** SHA-256 of the certificate in DER, base64url: `x5t#S256` (section 3.1). */
  readonly hash: string
}

export interface ClientCertificates {
  /**
   * The certificate of this connection; undefined when there is none, when nobody was named who may say so, or when
   * somebody else says so.
   * @throws OAuthError invalid_request when a trusted proxy sends what is no certificate, or one out of its time
   */
  of(request: FastifyRequest): ClientCertificate | undefined
}

export interface TlsCertificatesDeps {
  /** Lower-case name of the header that holds the PEM text in percent-encoding (nginx: `$ssl_client_escaped_cert`). */
  readonly header: string | undefined
  /** Addresses and CIDR ranges whose header is believed. They have verified the chain; and they remove the header of others. */
  readonly trustedProxies: readonly string[]
  readonly clock: Clock
}

/** Chains of proxies cut headers at 8 or 16 KiB; a leaf certificate in percent-encoding is 2 to 4. */
const HEADER_CHARS = 16_384

export function tlsCertificates(deps: TlsCertificatesDeps): ClientCertificates {
  const { header, clock } = deps
  const trusted = addressSet(deps.trustedProxies)
  return {
    of: (request) => {
      if (header === undefined) return undefined
      // Who speaks to us, and not who is said to have spoken to a proxy: that could be anybody's word.
      if (!trusted.has(request.raw.socket.remoteAddress ?? '')) return undefined
      const text = singleHeader(request, header)
      if (text === undefined || text === '') return undefined
      const x509 = parse(text)
      if (!x509 || !isInTime(x509, clock.nowMs())) {
        throw new OAuthError('invalid_request', 'certificate_unusable')
      }
      return { x509, hash: createHash('sha256').update(x509.raw).digest('base64url') }
    },
  }
}

function parse(text: string): X509Certificate | undefined {
  if (text.length > HEADER_CHARS) return undefined
  try {
    // A plus is a plus here: percent-encoding is not that of forms, and base64 is full of them.
    const pem = decodeURIComponent(text)
    return pem.startsWith('-----BEGIN CERTIFICATE-----') ? new X509Certificate(pem) : undefined
  } catch {
    return undefined
  }
}

/** The proxy has looked too, but a connection may be older than the last minute of its certificate. */
function isInTime({ validFromDate, validToDate }: X509Certificate, nowMs: number): boolean {
  return validFromDate.getTime() <= nowMs && nowMs <= validToDate.getTime()
}
