/** How strong and how recent the sign-in of a caller must be: RFC 9470. */
import { type AccessTokenClaims, InputError, reachesAcr } from '@latchkey/protocol'

/** What a route wants of the sign-in; one of the two at least. */
export interface StepUp {
  /** One of these, or one that is stronger; empty: any. */
  readonly acrValues: readonly string[]
  readonly maxAgeSeconds: number | undefined
}

/** Visible ASCII without quote and backslash: it stands in a header and, separated by spaces, in `acr_values`. */
const ACR_VALUE = /^[!#-[\]-~]{1,255}$/
const MAX_VALUES = 8
const MAX_AGE_SECONDS = 365 * 86_400

/** Reads `acr` and `maxAgeSeconds` of a route's settings. @throws InputError `route-setting` */
export function readStepUp(
  given: { readonly acr?: unknown; readonly maxAgeSeconds?: unknown },
  where: string,
): StepUp | undefined {
  const { acr, maxAgeSeconds } = given
  if (acr === undefined && maxAgeSeconds === undefined) return undefined
  const acrValues: readonly unknown[] = acr === undefined ? [] : Array.isArray(acr) ? acr : [acr]
  const isNamed = acrValues.every((value) => typeof value === 'string' && ACR_VALUE.test(value))
  if (!isNamed || acrValues.length > MAX_VALUES || (acr !== undefined && acrValues.length === 0)) {
    throw new InputError('route-setting', {
      received: JSON.stringify(acr),
      expected: `1 to ${MAX_VALUES} values of acr, without spaces`,
      where: `${where}.acr`,
    })
  }
  if (maxAgeSeconds !== undefined && !isAge(maxAgeSeconds)) {
    throw new InputError('route-setting', {
      received: JSON.stringify(maxAgeSeconds),
      expected: `1 to ${MAX_AGE_SECONDS} whole seconds`,
      where: `${where}.maxAgeSeconds`,
    })
  }
  return { acrValues: acrValues as string[], maxAgeSeconds }
}

/** Whether the sign-in behind this very token is what the route wants. What the token does not say is not believed. */
export function isStrongEnough(
  { acr, auth_time: authTime }: AccessTokenClaims,
  { acrValues, maxAgeSeconds }: StepUp,
  nowSeconds: number,
): boolean {
  const reached =
    acrValues.length === 0 ||
    (acr !== undefined && acrValues.some((wanted) => reachesAcr(acr, wanted)))
  const recent =
    maxAgeSeconds === undefined ||
    (authTime !== undefined && nowSeconds - authTime <= maxAgeSeconds)
  return reached && recent
}

/** 0 would send people round in circles: a sign-in is a second old when its token arrives. */
function isAge(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_AGE_SECONDS
}
