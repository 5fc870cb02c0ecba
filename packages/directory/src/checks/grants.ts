import { parseGrant, printGrant } from '@latchkey/permissions'
import { InputError } from '@latchkey/protocol'
import type { ServiceGrant } from '../directory.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import { atMost } from './at-most.ts'
import { checkWholeNumber } from './whole-number.ts'

/**
 * The grants as they are stored: each read by the permissions grammar, without duplicates, sorted by audience and text
 * (by code unit, on every database). Throws InputError with the grammar's code, or `too-many`. Whether the services
 * exist is asked elsewhere.
 */
export function checkGrants(grants: readonly ServiceGrant[], where: string): ServiceGrant[] {
  atMost(DIRECTORY_LIMITS.grantsPerOwner, grants, where)
  const stored = new Map<string, ServiceGrant>()
  for (const [index, { audience, grant, until }] of grants.entries()) {
    const text = checkGrant(grant, `${where}[${index}]`)
    const key = `${audience}\n${text}`
    if (until !== undefined) checkUntil(until, `${where}[${index}].until`)
    stored.set(key, longerOf(stored.get(key), { audience, grant: text, ...optional(until) }))
  }
  return sortGrants([...stored.values()])
}

/** Seconds since 1970. One that has passed is no fault: declarations stay as they are when a grant ends. */
export function checkUntil(until: number, where: string): void {
  checkWholeNumber(until, { least: 0, most: DIRECTORY_LIMITS.untilSeconds, where })
}

/** The same grant twice counts until the later end. */
function longerOf(known: ServiceGrant | undefined, given: ServiceGrant): ServiceGrant {
  if (known === undefined) return given
  return (known.until ?? Number.POSITIVE_INFINITY) >= (given.until ?? Number.POSITIVE_INFINITY)
    ? known
    : given
}

function optional(until: number | undefined): Pick<ServiceGrant, 'until'> {
  return until === undefined ? {} : { until }
}

/** By audience, then text; by code unit, which every database does differently. */
export function sortGrants(grants: readonly ServiceGrant[]): ServiceGrant[] {
  return grants.toSorted((a, b) => order(a.audience, b.audience) || order(a.grant, b.grant))
}

function order(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** The text as stored. The only place where the directory meets the grammar. */
export function checkGrant(text: string, where: string): string {
  const outcome = parseGrant(text)
  if (outcome.kind === 'grant') return printGrant(outcome.grant)
  const { code, position, received, expected } = outcome.error
  throw new InputError(code, { received, expected, where: `${where}, character ${position + 1}` })
}
