/** Whether rights fit into tokens, asked when they are given: nobody should find out by not getting in. */
import type {
  CatalogueRoute,
  Client,
  Directory,
  RightsSet,
  StoredService,
} from '@latchkey/directory'
import { fitsList, grantsBitmap } from '@latchkey/permissions'
import { InputError, LIMITS, machineSubject, type RoutesClaim } from '@latchkey/protocol'

type Inside = {
  readonly services: Pick<Directory['services'], 'list' | 'catalogue' | 'grantsGiven'>
  readonly users: Pick<Directory['users'], 'rightsSets'>
}

/**
 * Throws InputError `token-budget` when a token of anybody concerned would be larger than `LIMITS.tokenBudgetBytes`, with the number for
 * the worst of them. Called inside the transaction that changes rights, after the change. Costs one look at each service that
 * has published its routes: then every bitmap is bounded by the catalogue. Elsewhere people are put together by equal rights, when
 * all grants there together are too much.
 * @param about subjects and audiences whose rights have changed
 */
export async function refuseOverBudget(
  inside: Inside,
  about: readonly string[],
  issuer: string,
): Promise<void> {
  if (about.length === 0) return
  const subs = about.filter((one) => one.startsWith('u_'))
  const audiences = new Set(about)
  for (const service of await inside.services.list()) {
    const isMeant = audiences.has(service.audience)
    if (!isMeant && subs.length === 0) continue
    const tooLarge = await overAt(service, isMeant ? undefined : subs, inside, issuer)
    const [first] = tooLarge
    if (first === undefined) continue
    const worst = tooLarge.reduce((one, other) => (other.bytes > one.bytes ? other : one), first)
    throw refusal(worst, service, namesOf(worst.subs), 'grants')
  }
}

/** Those of these people whose tokens would be too large, by `sub`, with the refusal: one look for all of them. */
export async function overBudget(
  inside: Inside,
  subs: readonly string[],
  issuer: string,
): Promise<ReadonlyMap<string, InputError>> {
  const refused = new Map<string, InputError>()
  if (subs.length === 0) return refused
  for (const service of await inside.services.list()) {
    for (const one of await overAt(service, subs, inside, issuer)) {
      const error = refusal(one, service, '', 'roles')
      for (const sub of one.subs) refused.set(sub, error)
    }
  }
  return refused
}

/** The same for a machine, which has no rights but its own. */
export async function refuseClientOverBudget(
  { services }: Pick<Inside, 'services'>,
  { id, grants }: Pick<Client, 'id' | 'grants'>,
  issuer: string,
): Promise<void> {
  const byAudience = Map.groupBy(grants, ({ audience }) => audience)
  const long = [...byAudience]
    .map(([audience, held]) => [audience, held.map(({ grant }) => grant)] as const)
    .filter(([, routes]) => !fitsList(routes))
  if (long.length === 0) return
  const all = new Map((await services.list()).map((one) => [one.audience, one]))
  for (const [audience, routes] of long) {
    const service = all.get(audience)
    if (!service || isBounded(service, issuer)) continue
    const subs = [machineSubject(id)]
    const [found] = await tooLargeOf(service, [{ subs, routes }], { services }, issuer)
    if (found !== undefined) throw refusal(found, service, namesOf(subs), 'grants')
  }
}

interface TooLarge extends RightsSet {
  /** Of a token with them. */
  readonly bytes: number
  /** Without its routes a service has no bitmaps. */
  readonly isPublished: boolean
}

/** @param subs undefined: everybody */
async function overAt(
  service: StoredService,
  subs: readonly string[] | undefined,
  inside: Inside,
  issuer: string,
): Promise<TooLarge[]> {
  if (isBounded(service, issuer)) return []
  const { audience } = service
  // Mostly it ends here: a list that has room for all grants has room for anybody's, and nobody need be looked at.
  const all = await inside.services.grantsGiven(audience, LIMITS.routesListEntries + 1)
  if (fitsList(all)) return []
  const sets = await inside.users.rightsSets(audience, subs)
  const long = sets.filter(({ routes }) => !fitsList(routes))
  return await tooLargeOf(service, long, inside, issuer)
}

/** A bitmap that has every route fits: then all of them do, and so do lists. */
function isBounded(service: StoredService, issuer: string): boolean {
  const { length } = service.catalogue
  if (length === 0) return false
  const b = 'A'.repeat(Math.ceil((Math.ceil(length / 8) * 4) / 3))
  return tokenBytes({ c: 'c'.repeat(16), b }, service, issuer) <= LIMITS.tokenBudgetBytes
}

async function tooLargeOf(
  service: StoredService,
  long: readonly RightsSet[],
  { services }: Pick<Inside, 'services'>,
  issuer: string,
): Promise<TooLarge[]> {
  if (long.length === 0) return []
  const catalogue = await services.catalogue(service.audience)
  const isPublished = catalogue.length > 0
  return long
    .map((set) => ({ ...set, bytes: sizeOf(set, catalogue, service, issuer), isPublished }))
    .filter(({ bytes }) => !isPublished || bytes > LIMITS.tokenBudgetBytes)
}

function refusal(
  { routes, bytes, isPublished }: TooLarge,
  { audience }: StoredService,
  whose: string,
  where: string,
): InputError {
  const most = `${LIMITS.routesListEntries} grants in ${LIMITS.routesListBytes} bytes`
  return new InputError('token-budget', {
    received: `${routes.length} grants${whose} at ${audience}: a token of ${bytes} bytes`,
    expected: isPublished
      ? `at most ${LIMITS.tokenBudgetBytes} bytes`
      : `at most ${most} until the service has published its routes: start it, or grant with *`,
    where,
  })
}

function namesOf(subs: readonly string[]): string {
  const others = subs.length - 1
  return others === 0 ? ` of ${subs[0]}` : ` of ${subs[0]} and ${others} others`
}

function sizeOf(
  { routes }: RightsSet,
  catalogue: readonly CatalogueRoute[],
  service: StoredService,
  issuer: string,
): number {
  const claim =
    catalogue.length === 0 ? routes : { c: 'c'.repeat(16), b: grantsBitmap(routes, catalogue) }
  return tokenBytes(claim, service, issuer)
}

/** Bytes of signatures: RFC 7518 section 3, an RSA key of 2048 bits. */
const SIGNATURE_BYTES: Readonly<Record<StoredService['alg'], number>> = {
  HS256: 32,
  ES256: 64,
  EdDSA: 64,
  RS256: 256,
}

/** A token with these rights and everything else that it may have, in usual lengths: exchanged once, and bound to a key. */
function tokenBytes(routes: RoutesClaim, { audience, alg }: StoredService, issuer: string): number {
  const id = 'x'.repeat(26)
  const client = 'x'.repeat(32)
  const header = { alg, typ: 'at+jwt', kid: 'x'.repeat(40) }
  const payload = {
    ...{ iss: issuer, sub: `u_${id}`, aud: audience, client_id: client },
    ...{ iat: 1_800_000_000, exp: 1_800_000_300, jti: id, scope: 'openid profile email phone' },
    ...{ rev: [1, 1_800_000_000, 1_000_000], routes, sid: `s0_${id}`, auth_time: 1_800_000_000 },
    ...{ acr: 'urn:latchkey:acr:password', amr: ['pwd', 'otp'], act: { sub: `svc:${client}` } },
    ...{ cnf: { jkt: 'x'.repeat(43) } },
  }
  const base64url = (bytes: number) => Math.ceil((bytes * 4) / 3)
  const parts = [header, payload].map((part) => base64url(Buffer.byteLength(JSON.stringify(part))))
  return parts.reduce((sum, bytes) => sum + bytes + 1, base64url(SIGNATURE_BYTES[alg]))
}
