/** Conditions by which people and groups are chosen. All of them together are answered by an index, or not at all. */

/** Texts are compared folded (`usernameKey`), except ids of all kinds, which are compared to the letter. */
export type TextOperator = 'eq' | 'co' | 'sw' | 'ew'
export type TimeOperator = 'eq' | 'gt' | 'ge' | 'lt' | 'le'

export type UserCondition =
  | { readonly kind: 'and' | 'or'; readonly of: readonly UserCondition[] }
  | { readonly kind: 'not'; readonly of: UserCondition }
  | {
      readonly kind: 'text'
      readonly member: 'username' | 'name' | 'email'
      readonly operator: TextOperator
      readonly value: string
    }
  | { readonly kind: 'is'; readonly member: 'sub' | 'group'; readonly value: string }
  | { readonly kind: 'disabled'; readonly value: boolean }
  /** Second of the last change. */
  | { readonly kind: 'updatedAt'; readonly operator: TimeOperator; readonly value: number }
  | { readonly kind: 'has'; readonly member: 'email' }
  | Provisioned

export type GroupCondition =
  | { readonly kind: 'and' | 'or'; readonly of: readonly GroupCondition[] }
  | { readonly kind: 'not'; readonly of: GroupCondition }
  | {
      readonly kind: 'text'
      readonly member: 'name'
      readonly operator: TextOperator
      readonly value: string
    }
  | { readonly kind: 'is'; readonly member: 'id' | 'member'; readonly value: string }
  | { readonly kind: 'updatedAt'; readonly operator: TimeOperator; readonly value: number }
  | Provisioned

/** What this provisioning client calls so; without `externalId`, whatever it has a name for. */
export interface Provisioned {
  readonly kind: 'provisioned'
  readonly clientId: string
  readonly externalId?: string
}

/** Oldest first, by id. */
export interface Selection<Condition> {
  /** Absent: all. */
  readonly where?: Condition | undefined
  /** The last id of the page before. */
  readonly after?: string | undefined
  /** So many are passed over: in time that grows with their number. Default 0. */
  readonly skip?: number | undefined
  /** 1 to 500. */
  readonly limit: number
}
