import { isIP } from 'node:net'
import { checkServerIdentity, connect, type PeerCertificate, type TLSSocket } from 'node:tls'
import { type Examined, found, timed } from './finding.ts'

const HANDSHAKE_MS = 5000
const DAY_MS = 86_400_000
/** Automatic renewal happens a month before; two weeks before it has failed several times. */
const SOON_DAYS = 14

/** The certificate that browsers are shown: its names, its dates, and who vouches for it. */
export async function examineCertificate(issuer: URL, nowMs: number): Promise<Examined> {
  return await timed('certificate', async () => {
    const shown = await handshake(issuer)
    if (typeof shown === 'string') {
      return { facts: {}, findings: found([[true, 'tls-failed', 'error', { why: shown }]]) }
    }
    const { certificate, protocol, why } = shown
    const host = hostOf(issuer)
    const days = Math.floor((Date.parse(certificate.valid_to) - nowMs) / DAY_MS)
    const isEarly = Date.parse(certificate.valid_from) > nowMs
    const names = certificate.subjectaltname ?? '-'
    const isNamed = checkServerIdentity(host, certificate) === undefined
    // Dates and names have findings of their own, which say more.
    const isTrusted = why === undefined || /EXPIRED|NOT_YET|ALTNAME/.test(why)
    return {
      facts: { tls: protocol, valid_to: new Date(certificate.valid_to).toISOString(), names },
      findings: found([
        [!isNamed, 'certificate-name', 'error', { host, names }],
        [days < 0, 'certificate-expired', 'error', { days: -days }],
        [isEarly, 'certificate-early', 'error', { from: certificate.valid_from }],
        [days >= 0 && days < SOON_DAYS, 'certificate-soon', 'warning', { days }],
        [!isTrusted, 'certificate-untrusted', 'error', { why: why ?? '' }],
      ]),
    }
  })
}

interface Shown {
  readonly certificate: PeerCertificate
  readonly protocol: string
  /** Why it is not trusted; undefined: it is. */
  readonly why: string | undefined
}

/** Goes on with any certificate, to look at it: nothing is sent. The code of the system when there is no handshake. */
async function handshake(issuer: URL): Promise<Shown | string> {
  const { promise, resolve } = Promise.withResolvers<Shown | string>()
  const host = hostOf(issuer)
  const isLocal = host === 'localhost' || host.endsWith('.localhost')
  const socket: TLSSocket = connect({
    host: isLocal ? '127.0.0.1' : host,
    port: Number(issuer.port || 443),
    rejectUnauthorized: false,
    timeout: HANDSHAKE_MS,
    ...(isIP(host) === 0 && { servername: host }),
  })
  socket.once('secureConnect', () => {
    const why = socket.authorized ? undefined : String(socket.authorizationError)
    const protocol = socket.getProtocol() ?? ''
    resolve({ certificate: socket.getPeerCertificate(), protocol, why })
  })
  socket.once('timeout', () => resolve('ETIMEDOUT'))
  socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  return await promise.finally(() => socket.destroy())
}

function hostOf(issuer: URL): string {
  return issuer.hostname.replace(/^\[|\]$/g, '')
}
