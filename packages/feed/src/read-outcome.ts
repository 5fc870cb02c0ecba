/** What reading a frame gives, before anything is known about its shape. */
export type ReadOutcome =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'bad'; readonly fault: ReadFault }

export type ReadFault =
  | 'not_json'
  | 'not_message_pack'
  | 'wrong_kind_of_frame'
  | 'too_deep'
  | 'duplicate_member'

/** The deepest message of the protocol has five levels; unknown messages get some room. */
export const MOST_LEVELS = 16

/**
 * Members that are left after parsing: fewer than were written when a name came twice. The value has no more than
 * `levels` levels, or the answer is undefined.
 */
export function countMembers(value: unknown, levels = MOST_LEVELS): number | undefined {
  if (typeof value !== 'object' || value === null) return 0
  if (levels === 0) return undefined
  const values = Object.values(value)
  let count = Array.isArray(value) ? 0 : values.length
  for (const one of values) {
    const inside = countMembers(one, levels - 1)
    if (inside === undefined) return undefined
    count += inside
  }
  return count
}
