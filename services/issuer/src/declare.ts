import { generateKeySync } from 'node:crypto'
import {
  type AppliedDeclaration,
  applyDeclared,
  type DeclaredClient,
  type DeclaredDirectory,
  type Directory,
  planDeclared,
  startDeclared,
  type UntoldEnd,
} from '@latchkey/directory'
import { type Clock, InputError, nowSeconds } from '@latchkey/protocol'
import { refuseBuiltIn } from './cluster/built-in.ts'
import { inFileNames } from './cluster/file-names.ts'
import type { PlaceOf } from './cluster/places.ts'
import { declaredEnds } from './ending/declared-ends.ts'
import type { TellEnd } from './ending/tell-end.ts'
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

/** What was brought in, and what ends by it. */
export interface Declared extends AppliedDeclaration {
  /** Noted with it: any issuer process tells it when this one dies. */
  readonly untold: readonly UntoldEnd[]
}

/**
 * Brings what the settings file declares into the directory, and the issuer itself as a service: the audience of tokens
 * for `/userinfo` and the admin API, so that roles can hold grants there.
 */
export async function declare(
  declared: DeclaredDirectory,
  ownClients: readonly DeclaredClient[],
  deps: DeclareDeps,
): Promise<Declared> {
  const { issuer, directory, accessTokenSeconds, file } = deps
  const now = nowSeconds(deps.clock)
  const ownIds = new Set(ownClients.map(({ id }) => id))
  const self = { audience: issuer, name: 'Latchkey', accessTokenSeconds }
  const ownEnds = declaredEnds(deps.clock)
  const ends = declaredEnds(deps.clock)
  const own = await applyDeclared(
    directory,
    { services: [self], clients: ownClients },
    { now, also: ownEnds.note },
  )
  await shipRoles(directory, issuer, declared)
  const services = (declared.services ?? []).map((one) => ({ accessTokenSeconds, ...one }))
  const theirs = { ...declared, services }
  const options = { now, also: ends.note }
  const start = async () => {
    refuseBuiltIn(theirs, { audience: issuer, clients: ownIds })
    if (file === undefined) return await applyDeclared(directory, theirs, options)
    const started = await startDeclared(directory, theirs, { ...options, file: file.name })
    if (started.kind === 'brought-in') return started.applied
    await tellDifference(theirs, file.name, deps)
    return undefined
  }
  const applied = await inFileNames(start, file?.placeOf)
  const untold = [...ownEnds.untold(), ...ends.untold()]
  return { ...(applied === undefined ? own : together(own, applied)), untold }
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
export async function publishDeclared({ untold }: Pick<Declared, 'untold'>, tell: TellEnd) {
  for (const one of untold) await tell(one)
}
