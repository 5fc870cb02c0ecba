import { isDeepStrictEqual } from 'node:util'

/** One member that a declaration changes. Absent `from`: it had no value; absent `to`: it has none any more. */
export interface MemberChange {
  readonly member: string
  readonly from?: unknown
  readonly to?: unknown
  /** It changes, and neither value may be told. */
  readonly secret?: true
}

/** What is different, member by member, in the order of `after`. The order of an object's members means nothing. */
export function memberChanges(before: object, after: object): MemberChange[] {
  const [was, is] = [new Map(Object.entries(before)), new Map(Object.entries(after))]
  const members = new Set([...is.keys(), ...was.keys()])
  return [...members]
    .filter((member) => !isDeepStrictEqual(was.get(member), is.get(member)))
    .map((member) => ({
      member,
      ...(was.has(member) ? { from: was.get(member) } : {}),
      ...(is.has(member) ? { to: is.get(member) } : {}),
    }))
}

/** A member whose values nobody may see. */
export function secretChange(member: string): MemberChange {
  return { member, secret: true }
}
