import { generateKeySync } from 'node:crypto'
import {
  type AppliedDeclaration,
  applyDeclared,
  type DeclaredClient,
  type DeclaredDirectory,
  type Directory,
  planDeclared,
  startDeclared,
} from '@latchkey/directory'
import { type Actor, type Clock, InputError, nowSeconds } from '@latchkey/protocol'
import { refuseBuiltIn } from './cluster/built-in.ts'
import { inFileNames } from './cluster/file-names.ts'
import type { PlaceOf } from './cluster/places.ts'
import type { End } from './ending/end.ts'
import { shipRoles } from './ship-roles.ts'

export interface DeclareDeps {
  readonly issuer: string
  readonly directory: Directory
  readonly clock: Clock
  readonly accessTokenSeconds: number
  /** The settings file that declares, which owns it from then on. Absent: nobody does (docs/operate/cluster-file.md). */
  readonly file?: { readonly name: string; readonly placeOf: PlaceOf } | undefined
  readonly log?: { warn(facts: object, message: string): void }
}

/**
 * Brings what the settings file declares into the directory, and the issuer itself as a service: the audience of tokens
 * for `/userinfo` and the admin API, so that roles can hold grants there.
 */
export async function declare(
  declared: DeclaredDirectory,
  ownClients: readonly DeclaredClient[],
  deps: DeclareDeps,
): Promise<AppliedDeclaration> {
  const { issuer, directory, accessTokenSeconds, file } = deps
  const now = nowSeconds(deps.clock)
  const ownIds = new Set(ownClients.map(({ id }) => id))
  const self = { audience: issuer, name: 'Latchkey', accessTokenSeconds }
  const own = await applyDeclared(directory, { services: [self], clients: ownClients }, { now })
  await shipRoles(directory, issuer, declared)
  const services = (declared.services ?? []).map((one) => ({ accessTokenSeconds, ...one }))
  const theirs = { ...declared, services }
  const start = async () => {
    refuseBuiltIn(theirs, { audience: issuer, clients: ownIds })
    if (file === undefined) return await applyDeclared(directory, theirs, { now })
    const started = await startDeclared(directory, theirs, { now, file: file.name })
    if (started.kind === 'brought-in') return started.applied
    await tellDifference(theirs, file.name, deps)
    return undefined
  }
  const applied = await inFileNames(start, file?.placeOf)
  return applied === undefined ? own : together(own, applied)
}

/** Whoever edits the file and starts again waits for what only an apply does now. */
async function tellDifference(
  declared: DeclaredDirectory,
  file: string,
  { directory, clock, log }: DeclareDeps,
): Promise<void> {
  // Nobody is told the digest.
  const key = generateKeySync('hmac', { length: 256 })
  const options = { now: nowSeconds(clock), file, givesUp: true, key }
  const isSame = await planDeclared(directory, declared, options).then(
    ({ changes }) => changes.length === 0,
    // It cannot be applied as it is: the plan says why.
    (error: unknown) => {
      if (error instanceof InputError) return false
      throw error
    },
  )
  if (!isSame) log?.warn({ file }, 'the file differs from what was applied: latchkey plan, apply')
}

function together(one: AppliedDeclaration, other: AppliedDeclaration): AppliedDeclaration {
  return {
    created: [...one.created, ...other.created],
    updated: [...one.updated, ...other.updated],
    removed: [...one.removed, ...other.removed],
    unchanged: [...one.unchanged, ...other.unchanged],
    stale: [...new Set([...one.stale, ...other.stale])],
    disabled: {
      users: [...one.disabled.users, ...other.disabled.users],
      clients: [...one.disabled.clients, ...other.disabled.clients],
      services: [...one.disabled.services, ...other.disabled.services],
    },
  }
}

/** The directory has changed; now the tokens that speak of what was before are ended. */
export async function publishDeclared(
  applied: AppliedDeclaration,
  end: End,
  actor: Actor = { sub: 'issuer' },
): Promise<void> {
  for (const sub of applied.disabled.users) {
    await end({ kind: 'user', sub }, 'user_disabled', actor)
  }
  for (const clientId of applied.disabled.clients) {
    await end({ kind: 'client', clientId }, 'client_disabled', actor)
  }
  for (const audience of applied.disabled.services) {
    await end({ kind: 'service', audience }, 'service_quarantined', actor)
  }
  for (const about of applied.stale) {
    await end({ kind: 'stale', about }, 'permissions_changed', actor)
  }
}
