/** Roles: named lists of grants. */
import type { ServiceGrant } from './rights.ts'

export interface Role {
  readonly name: string
  readonly description: string
  readonly grants: readonly ServiceGrant[]
}

export interface Roles {
  find(name: string): Promise<Role | undefined>
  save(role: Role): Promise<void>
  /** Throws InputError `unknown-role`, and `role-in-use` with those that hold it. */
  remove(name: string): Promise<void>
  list(): Promise<Role[]>
  /**
   * Users who have the role, directly, by a group or by its parent, at most `limit` of them, by `sub`: whose tokens are stale
   * when its grants change. `after` is the last one of the page before.
   */
  holders(name: string, limit: number, after?: string): Promise<string[]>
}
