/** Why a service answers a request as it does: the checks in the order in which the service makes them (docs/operate/explain.md). */

export const CHECKS = [
  'route',
  'lease',
  'form',
  'key',
  'signature',
  'payload',
  'issuer',
  'audience',
  'claims',
  'time',
  'ended',
  'current',
  'binding',
  'right',
] as const

export type CheckName = (typeof CHECKS)[number]

/** `unknown`: only the service itself can say, and it was taken for passed. `not_reached`: nothing can be said without what failed. */
export const CHECK_OUTCOMES = ['passed', 'failed', 'unknown', 'not_reached'] as const

export interface Check {
  readonly check: CheckName
  readonly outcome: (typeof CHECK_OUTCOMES)[number]
  /** A stable word, of what is not passed; `detail` has the facts in wire names, never a token or a key. */
  readonly reason?: string
  readonly detail?: Detail
}

export type Detail = Readonly<Record<string, unknown>>

/** What the service answers. */
export type ExplainedStatus = 200 | 401 | 403 | 404 | 503

export interface Decision {
  readonly status: ExplainedStatus
  /** The check that decided: the first that failed, or the last one. */
  readonly decidedBy: CheckName
  readonly reason?: string
}

export function passed(check: CheckName, detail?: Detail): Check {
  return { check, outcome: 'passed', ...(detail && { detail }) }
}

export function failed(check: CheckName, reason: string, detail?: Detail): Check {
  return { check, outcome: 'failed', reason, ...(detail && { detail }) }
}

export function unknown(check: CheckName, reason: string, detail?: Detail): Check {
  return { check, outcome: 'unknown', reason, ...(detail && { detail }) }
}

/** The first check that failed decides, as in the service. Those behind it are for whoever mends one thing after the other. */
export function decisionOf(checks: readonly Check[]): Decision {
  const first = checks.find(({ outcome }) => outcome === 'failed')
  if (first === undefined) {
    const last = checks.findLast(({ outcome }) => outcome !== 'not_reached')
    return { status: 200, decidedBy: last?.check ?? 'route' }
  }
  const { check, reason } = first
  return { status: statusOf(first), decidedBy: check, ...(reason !== undefined && { reason }) }
}

function statusOf({ check, reason }: Check): ExplainedStatus {
  switch (check) {
    case 'route':
      return 404
    case 'lease':
    case 'current':
      return 503
    case 'right':
      // The token says nothing about this route: a fresh one will (packages/permissions/README.md).
      return reason === 'stale' ? 401 : 403
    default:
      return 401
  }
}
