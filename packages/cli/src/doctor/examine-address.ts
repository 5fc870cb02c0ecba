import { examineCertificate } from './examine-certificate.ts'
import { examineDiscovery, examinePlainAddress } from './examine-discovery.ts'
import { examineNames } from './examine-names.ts'
import { examineProbe } from './examine-probe.ts'
import { type Examined, NOTHING } from './finding.ts'

export interface AddressOptions {
  /** Exactly as tokens say it. */
  readonly issuer: string
  /** Absent: no issuer was there to give one. */
  readonly pass: string | undefined
  readonly now: () => number
}

/** The public address as a browser sees it, from here: each step needs those before it. */
export async function examineAddress({ issuer, pass, now }: AddressOptions): Promise<Examined> {
  const url = new URL(issuer)
  const isHttps = url.protocol === 'https:'
  const steps: (() => Promise<Examined>)[] = [
    () => examineNames(url),
    ...(isHttps ? [() => examineCertificate(url, now())] : []),
    () => examineDiscovery(issuer, now),
    async () => (pass === undefined ? NOTHING : await examineProbe(issuer, pass)),
  ]
  let all = NOTHING
  for (const step of steps) {
    all = joined(all, await step())
    if (all.findings.some(({ id }) => ENDS.has(id))) return all
  }
  // Other ports have no plain form.
  if (!isHttps || url.port !== '') return all
  return joined(all, await examinePlainAddress(new URL(`http://${url.host}/`)))
}

/** Behind these there is nothing to be seen. */
const ENDS = new Set<string>([
  'address-unknown',
  'address-dead',
  'tls-failed',
  'certificate-name',
  'certificate-expired',
  'certificate-early',
  'certificate-untrusted',
  'discovery-failed',
  'discovery-redirects',
  'discovery-none',
  'discovery-issuer',
])

export function joined(one: Examined, other: Examined): Examined {
  return {
    checks: [...one.checks, ...other.checks],
    findings: [...one.findings, ...other.findings],
  }
}
