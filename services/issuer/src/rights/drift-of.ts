import type { CatalogueRoute, Services } from '@latchkey/directory'
import type { KnownVerifiers } from '../receipts/known-verifiers.ts'
import { type Drift, driftBetween } from './drift.ts'

export interface DriftDeps {
  readonly services: Pick<Services, 'catalogue' | 'grantsAt'>
  readonly known: Pick<KnownVerifiers, 'all'>
}

/** The routes of a service, as the versions of it that are connected now have them; while none is, the latest one. */
export async function livingCatalogue(
  audience: string,
  { services, known }: DriftDeps,
): Promise<CatalogueRoute[]> {
  const { verifiers } = await known.all(0)
  const living = verifiers.filter((one) => one.audience === audience && one.goneAt === undefined)
  const versions = new Set(living.flatMap(({ version }) => version ?? []))
  return await services.catalogue(audience, [...versions])
}

/** Routes nobody may call, grants to routes that are gone, and what was declared badly: the state of now. */
export async function driftOf(audience: string, deps: DriftDeps): Promise<Drift> {
  const catalogue = await livingCatalogue(audience, deps)
  return driftBetween(catalogue, await deps.services.grantsAt(audience))
}
