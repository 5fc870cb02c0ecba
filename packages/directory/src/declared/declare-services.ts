import { LIMITS } from '@latchkey/protocol'
import { within } from '../checks/within.ts'
import type { Directory, Service, StoredService } from '../directory.ts'
import { type Applied, changedMembers, outcomeOf } from './applied.ts'
import type { DeclaredService } from './declared-directory.ts'

/**
 * Services and clients name each other. So services come first without clients, then the clients, and then the services
 * as declared. Returns the audiences that are new.
 */
export async function createMissingServices(
  inside: Directory,
  declared: readonly DeclaredService[],
): Promise<Set<string>> {
  const created = new Set<string>()
  for (const [index, service] of declared.entries()) {
    if ((await inside.services.find(service.audience)) !== undefined) continue
    await within(`services[${index}]`, () =>
      inside.services.save({ ...wanted(service, undefined), clients: [] }),
    )
    created.add(service.audience)
  }
  return created
}

export async function declareServices(
  inside: Directory,
  declared: readonly DeclaredService[],
  created: ReadonlySet<string>,
): Promise<Applied[]> {
  const applied: Applied[] = []
  for (const [index, service] of declared.entries()) {
    const stored = await inside.services.find(service.audience)
    const before = created.has(service.audience) || !stored ? undefined : withoutKeys(stored)
    const after = wanted(service, before)
    const changed = changedMembers(before, after)
    if (changed.length > 0) {
      await within(`services[${index}]`, () => inside.services.save(after))
    }
    applied.push({
      kind: 'service',
      name: service.audience,
      target: service.audience,
      outcome: outcomeOf(before, changed),
      changed,
      wasDisabled: before?.disabled === false && after.disabled,
      stale: [],
    })
  }
  return applied
}

/** Keys are not declared: they have a life of their own. */
function withoutKeys({ keys: _, ...service }: StoredService): Service {
  return service
}

function wanted(declared: DeclaredService, before: Service | undefined): Service {
  return {
    audience: declared.audience,
    name: declared.name ?? declared.audience,
    alg: declared.alg ?? 'HS256',
    keyGeneration: before?.keyGeneration ?? 1,
    clients: declared.clients ?? [],
    accessTokenSeconds: declared.accessTokenSeconds ?? LIMITS.accessTokenSeconds,
    statusList: declared.statusList ?? false,
    disabled: declared.disabled ?? before?.disabled ?? false,
  }
}
