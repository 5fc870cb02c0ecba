import type { Directory, OwnedKind, Ownership } from '../directory.ts'
import type { Applied } from './applied.ts'
import type { DeclaredDirectory } from './declared-directory.ts'
import { groupKey } from './group-names.ts'
import { userKey } from './stored.ts'

/** An entry that becomes the file's, although it was there before. */
export interface Adopted {
  readonly kind: OwnedKind
  readonly name: string
  /** The file that owned it until now. */
  readonly from?: string
}

/** Marks the entries as the file's, and those that were given up as nobody's. Says which were there and change hands. */
export async function saveOwnership(
  { owned }: Directory,
  applied: readonly Applied[],
  file: string,
): Promise<Adopted[]> {
  const all = await owned.list()
  const known = new Map(all.map((one) => [ownedKey(one.kind, one.id), one]))
  const adopted: Adopted[] = []
  for (const { kind, name, target: id, outcome, wasDisabled } of applied) {
    const before = known.get(ownedKey(kind, id))
    if (outcome === 'removed') {
      await owned.release(kind, id)
    } else if (outcome === 'retired') {
      // Who was disabled by somebody else is not enabled when the file declares them again.
      if (wasDisabled) await owned.save({ kind, id, name, file, retired: true })
      else await owned.release(kind, id)
    } else if (before?.file !== file || before.retired || before.name !== name) {
      await owned.save({ kind, id, name, file, retired: false })
      const from = before === undefined || before.retired ? {} : { from: before.file }
      if (outcome !== 'created' && before?.file !== file) adopted.push({ kind, name, ...from })
    }
  }
  return adopted
}

/** What the file owns and does not declare. */
export function notDeclared(
  owned: readonly Ownership[],
  declared: DeclaredDirectory,
  file: string,
): Ownership[] {
  const names = new Set([
    ...(declared.services ?? []).map(({ audience }) => ownedKey('service', audience)),
    ...(declared.roles ?? []).map(({ name }) => ownedKey('role', name)),
    ...(declared.groups ?? []).map(({ name }) => nameKey('group', name)),
    ...(declared.clients ?? []).map(({ id }) => ownedKey('client', id)),
    ...(declared.users ?? []).map(({ username }) => nameKey('user', username)),
  ])
  return owned.filter(
    (one) => one.file === file && !one.retired && !names.has(nameKey(one.kind, one.name)),
  )
}

/** Ids of what an apply has disabled because the file had given it up. */
export function givenUp(owned: readonly Ownership[], kind: OwnedKind): ReadonlySet<string> {
  return new Set(owned.filter((one) => one.kind === kind && one.retired).map(({ id }) => id))
}

function ownedKey(kind: OwnedKind, id: string): string {
  return `${kind} ${id}`
}

/** In any spelling. */
function nameKey(kind: OwnedKind, name: string): string {
  if (kind === 'group') return ownedKey(kind, groupKey(name))
  return ownedKey(kind, kind === 'user' ? userKey(name) : name)
}
