/** Settings values together with the place they stand at, so that every message can point there. */

export type Scalar = string | number | boolean | null

export type Located =
  | { readonly kind: 'scalar'; readonly at: string; readonly value: Scalar }
  | { readonly kind: 'list'; readonly at: string; readonly items: readonly Located[] }
  | { readonly kind: 'group'; readonly at: string; readonly entries: ReadonlyMap<string, Entry> }

export interface Entry {
  /** Where the key itself stands. */
  readonly keyAt: string
  readonly value: Located
}

export type Group = Located & { readonly kind: 'group' }

export function emptyGroup(at: string): Group {
  return { kind: 'group', at, entries: new Map() }
}

/** What was received, in a few words fit for one line. Never called for secrets. */
export function show(found: Located): string {
  switch (found.kind) {
    case 'scalar':
      return found.value === null ? 'nothing' : quote(found.value)
    case 'list':
      return `a list of ${found.items.length}`
    case 'group':
      return `a group of ${found.entries.size}`
  }
}

/** JSON escapes what could break the line or the terminal; longer texts are cut. */
export function quote(value: string | number | boolean): string {
  const text = typeof value === 'string' && value.length > 80 ? `${value.slice(0, 80)}…` : value
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
