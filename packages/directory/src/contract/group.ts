/** Groups as the directory keeps them: people who have roles and grants together. */
import type { GroupCondition, Selection } from './condition.ts'
import type { ServiceGrant } from './rights.ts'

export interface Group {
  /** `g_` and a ULID; never given to another group. */
  readonly id: string
  /** As entered. Unique in its NFKC-casefolded form. */
  readonly name: string
  readonly description: string
  /** The id of the group that this one belongs to. One level: a parent has no parent. */
  readonly parent?: string
  /** What every member has, and every member of a child too. */
  readonly roles: readonly string[]
  readonly grants: readonly ServiceGrant[]
  /** The id that another system knows it by; unique. */
  readonly externalId?: string
  readonly createdAt: number
  readonly updatedAt: number
}

export type NewGroup = Pick<Group, 'name'> &
  Partial<Pick<Group, 'description' | 'parent' | 'roles' | 'grants' | 'externalId'>>

/** Only the members that are given change. '' takes away `parent` or `externalId`. */
export type GroupChange = Partial<NewGroup>

/** A member as lists show it. */
export interface GroupMember {
  readonly sub: string
  readonly username: string
  readonly name: string
}

/**
 * Unknown ids throw InputError `unknown-group`, also in `parent`. Whose tokens speak of rights that are no more after a change,
 * `affected` tells; the caller publishes `stale` about them.
 */
export interface Groups {
  /** Throws InputError `group-name`, `group-taken`, `external-id-taken`, `group-nesting`, `unknown-role` and those of grants. */
  create(group: NewGroup): Promise<Group>
  find(id: string): Promise<Group | undefined>
  /** In any spelling. */
  findByName(name: string): Promise<Group | undefined>
  findByExternalId(externalId: string): Promise<Group | undefined>
  update(id: string, change: GroupChange): Promise<Group>
  /**
   * Its members are members no more. Throws InputError `group-in-use`, which names them, while other groups have it as their
   * parent.
   */
  delete(id: string): Promise<void>
  /** Oldest first, by id; `after` is the last id of the page before. `search` is a part of the name. `limit` is 1 to 500. */
  list(query: { after?: string; limit: number; search?: string }): Promise<Group[]>
  /** Throws InputError `condition`, as for users. */
  select(selection: Selection<GroupCondition>): Promise<Group[]>
  /** How many there are, at most `most` of them. */
  count(query: { where?: GroupCondition | undefined; most: number }): Promise<number>
  /** Of this group itself, by `sub`; `after` is the last one of the page before. `limit` is 1 to 500. */
  members(id: string, query: { after?: string; limit: number }): Promise<GroupMember[]>
  /** Those who were not members before. Throws InputError `unknown-user`. */
  addMembers(id: string, subs: readonly string[]): Promise<string[]>
  /** Those who were members. */
  removeMembers(id: string, subs: readonly string[]): Promise<string[]>
  /** Members of the group and of its children, at most `limit` of them, by `sub`: whose rights change with those of the group. */
  affected(id: string, limit: number): Promise<string[]>
}
