import { record } from '../issuer-api.ts'
import { printable } from '../text-width.ts'
import type { VerifierRow } from '../verifier-rows.ts'
import { type Finding, found } from './finding.ts'

export interface FeedFacts {
  readonly feed: Readonly<Record<string, unknown>>
  readonly verifiers: readonly VerifierRow[]
  readonly complete: boolean
}

/** What is wrong with the feed. */
export function feedFindings({ feed, verifiers, complete }: FeedFacts): Finding[] {
  const canary = record(feed['canary'])
  const age = feed['lease_confirmation_age_ms']
  const [failed, unconfirmed] = [Number(canary['failed']), Number(canary['unconfirmed'])]
  return [
    ...found([
      [age === undefined, 'lease-none', 'error'],
      [Number(age ?? 0) > Number(feed['lease_ms']) / 2, 'lease-old', 'error'],
      [!complete, 'verifiers-unknown', 'error'],
      [!verifiers.some((one) => one['connected'] === true), 'verifiers-none', 'warning'],
    ]),
    ...verifierFindings(verifiers),
    ...found([
      [canary['seconds'] === 0, 'canary-off', 'warning'],
      [failed > 0, 'canary-failed', 'warning', { count: failed }],
      [unconfirmed > 0, 'canary-unconfirmed', 'warning', { count: unconfirmed }],
    ]),
  ]
}

function verifierFindings(verifiers: readonly VerifierRow[]): Finding[] {
  const services = [...new Set(verifiers.map((one) => String(one['audience'])))]
  const isThere = (one: VerifierRow) => one['connected'] === true
  const gone = services.filter(
    (service) => !verifiers.some((one) => one['audience'] === service && isThere(one)),
  )
  const behind = verifiers.filter((one) => isThere(one) && one['lag_entries'] !== 0)
  const name = (value: unknown) => printable(String(value))
  return [
    ...found(gone.map((service) => [true, 'service-gone', 'error', { service: name(service) }])),
    ...found(
      behind.map((one) => [
        true,
        'verifier-behind',
        'warning',
        { service: name(one['audience']), instance: name(one['instance']) },
      ]),
    ),
  ]
}
