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
  readonly services: Pick<Directory['services'], 'list' | 'catalogue'>
  readonly users: Pick<Directory['users'], 'rightsSets'>
}

/**
 * Throws InputError `token-budget` when a token of anybody concerned would be larger than `LIMITS.tokenBudgetBytes`, with the number for
 * the worst of them. Called inside the transaction that changes rights, after the change. Costs one look at each service that
 * has published its routes: then every bitmap is bounded by the catalogue. Elsewhere people are put together by equal rights.
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
    if (isBounded(service, issuer)) continue
    const isMeant = audiences.has(service.audience)
    if (!isMeant && subs.length === 0) continue
    const sets = await inside.users.rightsSets(service.audience, isMeant ? undefined : subs)
    const long = sets.filter(({ routes }) => !fitsList(routes))
    if (long.length > 0) await refuseWorst(service, long, inside, issuer)
  }
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
    await refuseWorst(
      service,
      [{ sub: machineSubject(id), people: 1, routes }],
      { services },
      issuer,
    )
  }
}

/** A bitmap that has every route fits: then all of them do, and so do lists. */
function isBounded(service: StoredService, issuer: string): boolean {
  const { length } = service.catalogue
  if (length === 0) return false
  const b = 'A'.repeat(Math.ceil((Math.ceil(length / 8) * 4) / 3))
  return tokenBytes({ c: 'c'.repeat(16), b }, service, issuer) <= LIMITS.tokenBudgetBytes
}

async function refuseWorst(
  service: StoredService,
  sets: readonly RightsSet[],
  { services }: Pick<Inside, 'services'>,
  issuer: string,
): Promise<void> {
  const catalogue = await services.catalogue(service.audience)
  const sizes = sets.map((set) => ({ set, bytes: sizeOf(set, catalogue, service, issuer) }))
  const worst = sizes.reduce((one, other) => (other.bytes > one.bytes ? other : one))
  const isTooMuch = catalogue.length === 0 || worst.bytes > LIMITS.tokenBudgetBytes
  if (!isTooMuch) return
  const { sub, people, routes } = worst.set
  const who = people === 1 ? sub : `${sub} and ${people - 1} others`
  const most = `${LIMITS.routesListEntries} grants in ${LIMITS.routesListBytes} bytes`
  throw new InputError('token-budget', {
    received: `${routes.length} grants of ${who} at ${service.audience}: a token of ${worst.bytes} bytes`,
    expected:
      catalogue.length === 0
        ? `at most ${most} until the service has published its routes: start it, or grant with *`
        : `at most ${LIMITS.tokenBudgetBytes} bytes`,
    where: 'grants',
  })
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
