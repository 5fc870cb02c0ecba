/** A filter as it was read: RFC 7644 section 3.4.2.2. */

export type Operator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le'

export type FilterValue = string | number | boolean | null

/** Paths are in lower case, those of the core schemas without their URN: `emails.value`. */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Filter[] }
  | { readonly kind: 'not'; readonly of: Filter }
  | { readonly kind: 'present'; readonly path: string }
  | {
      readonly kind: 'compare'
      readonly path: string
      readonly operator: Operator
      readonly value: FilterValue
    }
  /** One value of the attribute fits all of it: `emails[type eq "work" and value co "@x"]`. */
  | { readonly kind: 'values'; readonly path: string; readonly of: Filter }
