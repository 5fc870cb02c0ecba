import { record } from './issuer-api.ts'
import type { FINDINGS } from './messages/doctor.ts'
import type { Params } from './messages/text.ts'
import { printable } from './text-width.ts'
import type { VerifierRow } from './verifier-rows.ts'

export interface FeedFacts {
  readonly feed: Readonly<Record<string, unknown>>
  readonly verifiers: readonly VerifierRow[]
  readonly complete: boolean
}

export interface Finding {
  /** Its text says what it is and how to mend it. */
  readonly key: keyof typeof FINDINGS
  readonly params: Params
}

/** What is wrong with the feed. */
export function feedFindings({ feed, verifiers, complete }: FeedFacts): Finding[] {
  const canary = record(feed['canary'])
  const found: Finding[] = []
  const add = (isSo: boolean, key: Finding['key'], params: Params = {}) => {
    if (isSo) found.push({ key, params })
  }
  add(feed['lease_confirmation_age_ms'] === undefined, 'noLease')
  add(Number(feed['lease_confirmation_age_ms'] ?? 0) > Number(feed['lease_ms']) / 2, 'oldLease')
  add(!complete, 'storeAway')
  add(!verifiers.some((one) => one['connected'] === true), 'noVerifiers')
  for (const service of new Set(verifiers.map((one) => String(one['audience'])))) {
    const own = verifiers.filter((one) => one['audience'] === service)
    const gone = !own.some((one) => one['connected'] === true)
    add(gone, 'serviceGone', { service: printable(service) })
  }
  const behind = verifiers.filter((one) => one['connected'] === true && one['lag_entries'] !== 0)
  for (const one of behind) {
    const params = { service: printable(String(one['audience'])) }
    add(true, 'behind', { ...params, instance: printable(String(one['instance'])) })
  }
  add(canary['seconds'] === 0, 'noCanary')
  add(Number(canary['failed'] ?? 0) > 0, 'canaryFailed', {
    count: Number(canary['failed']),
  })
  const unconfirmed = Number(canary['unconfirmed'] ?? 0)
  add(unconfirmed > 0, 'unconfirmed', { count: unconfirmed })
  return found
}
