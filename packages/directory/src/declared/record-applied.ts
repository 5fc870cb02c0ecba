import type { Directory } from '../directory.ts'
import type { Applied } from './applied.ts'
import type { ApplyOptions } from './apply-declared.ts'

const VERBS = {
  created: 'create',
  updated: 'update',
  retired: 'disable',
  removed: 'delete',
} as const

/** One audit record for each entry that has changed. Names of members, and no values: some are secrets. */
export async function recordApplied(
  inside: Directory,
  { kind, name, target, outcome, members }: Applied,
  { now, actor = { sub: 'issuer' }, file }: Pick<ApplyOptions, 'now' | 'actor' | 'file'>,
): Promise<void> {
  if (outcome === 'unchanged') return
  await inside.audit.append({
    at: now,
    actor,
    action: `${kind}.${VERBS[outcome]}`,
    target: `${kind} ${target}`,
    reason: 'declared',
    detail: {
      name,
      changed: members.map(({ member }) => member),
      ...(file === undefined ? {} : { file }),
    },
  })
}
