/** tls_client_auth: RFC 8705 section 2.1. Exactly one registered name is compared; which CA signs is the proxy's concern. */
import type { X509Certificate } from 'node:crypto'
import { isIP, SocketAddress } from 'node:net'
import type { Client, TlsClientName } from '@latchkey/directory'
import { invalidClient } from './invalid-client.ts'
import type { ClientCertificate } from './tls-certificates.ts'

export function checkCertificate(client: Client, certificate: ClientCertificate | undefined): void {
  const { tlsClientName } = client
  if (!tlsClientName) throw invalidClient('certificate_name_not_registered')
  if (!certificate) throw invalidClient('certificate_missing')
  if (!names(certificate.x509, tlsClientName)) throw invalidClient('certificate_of_other')
}

/** Whether the certificate has this name, as section 2.1.2 compares each kind. */
export function names(x509: X509Certificate, { kind, value }: TlsClientName): boolean {
  switch (kind) {
    case 'subject_dn':
      return subjectName(x509) === value
    case 'san_dns':
      // RFC 4343: names of hosts have no case.
      return alternativeNames(x509, 'DNS').some((one) => one.toLowerCase() === value.toLowerCase())
    case 'san_uri':
      return alternativeNames(x509, 'URI').includes(value)
    case 'san_ip':
      return alternativeNames(x509, 'IP Address').some(
        (one) => canonicalIp(one) === canonicalIp(value),
      )
    case 'san_email':
      return alternativeNames(x509, 'email').includes(value)
  }
}

/**
 * The subject as RFC 4514 writes it, last part first. Node gives one part a line in the order of the certificate, with
 * special and control characters escaped as in RFC 4514, so that neither a line break nor ` + ` can come from a value.
 */
function subjectName({ subject }: X509Certificate): string {
  const parts = subject.split('\n').map((part) =>
    part
      .split(/(?<!\\) \+ /)
      .reverse()
      .join('+'),
  )
  return parts.reverse().join(',')
}

/** Node writes `DNS:a.example, URI:"x, y"`: a value that could be mistaken for several stands as a JSON string. */
const ALTERNATIVE_NAME = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/gy

function alternativeNames({ subjectAltName }: X509Certificate, kind: string): string[] {
  return [...(subjectAltName ?? '').matchAll(ALTERNATIVE_NAME)]
    .filter(([, name]) => name === kind)
    .map(([, , value = '']) => (value.startsWith('"') ? String(JSON.parse(value)) : value))
}

/** One spelling for each address. */
function canonicalIp(text: string): string {
  const version = isIP(text)
  if (version === 0) return text
  return new SocketAddress({ address: text, family: `ipv${version as 4 | 6}` }).address
}
