import { LIMITS } from '@latchkey/protocol'
import { within } from '../checks/within.ts'
import type { Directory, Service, StoredService } from '../directory.ts'
import { type Applied, outcomeOf } from './applied.ts'
import type { DeclaredService } from './declared-directory.ts'
import { memberChanges } from './member-changes.ts'
import type { Stored } from './stored.ts'

/**
 * Services and clients name each other. So services come first without clients, then the clients, and then the services
 * as declared.
 */
export async function createMissingServices(
  inside: Directory,
  declared: readonly DeclaredService[],
  stored: Stored['services'],
): Promise<void> {
  for (const [index, service] of declared.entries()) {
    if (stored.has(service.audience)) continue
    await within(`services[${index}]`, () =>
      inside.services.save({ ...wanted(service, undefined), clients: [] }),
    )
  }
}

export interface ServiceReferences {
  readonly stored: Stored['services']
  /** Those that the file had given up, disabled by that, and declares again. */
  readonly revived: ReadonlySet<string>
}

export async function declareServices(
  inside: Directory,
  declared: readonly DeclaredService[],
  { stored, revived }: ServiceReferences,
): Promise<Applied[]> {
  const applied: Applied[] = []
  for (const [index, service] of declared.entries()) {
    const found = stored.get(service.audience)
    const before = found && serviceMembers(found)
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
