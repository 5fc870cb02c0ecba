import { LIMITS } from '@latchkey/protocol'
import { within } from '../checks/within.ts'
import type { Directory, Service, StoredService } from '../directory.ts'
import { type Applied, outcomeOf } from './applied.ts'
import type { DeclaredService } from './declared-directory.ts'
import { memberChanges } from './member-changes.ts'

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

export interface ServiceReferences {
  /** Audiences that `createMissingServices` has made. */
  readonly created: ReadonlySet<string>
  /** Those that the file had given up, disabled by that, and declares again. */
  readonly revived: ReadonlySet<string>
}

export async function declareServices(
  inside: Directory,
  declared: readonly DeclaredService[],
  { created, revived }: ServiceReferences,
): Promise<Applied[]> {
  const applied: Applied[] = []
  for (const [index, service] of declared.entries()) {
    const stored = await inside.services.find(service.audience)
    const before = created.has(service.audience) || !stored ? undefined : serviceMembers(stored)
    const enabled = revived.has(service.audience) ? { disabled: false } : {}
    const after = wanted({ ...enabled, ...service }, before)
    const members = memberChanges(
      before ?? wanted({ audience: service.audience }, undefined),
      after,
    )
    if (members.length > 0) await within(`services[${index}]`, () => inside.services.save(after))
    applied.push({
      kind: 'service',
      name: service.audience,
      target: service.audience,
      outcome: outcomeOf(before, members),
      members,
      wasDisabled: before?.disabled === false && after.disabled,
      stale: [],
    })
  }
  return applied
}

/** What a declaration decides about: keys and routes have a life of their own. */
export function serviceMembers(stored: StoredService): Service {
  const { keys: _, catalogue: __, ...members } = stored
  return members
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
