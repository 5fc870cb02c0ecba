/** JSON merge patches: RFC 7396 section 2. */
export const MERGE_PATCH = 'application/merge-patch+json'

export function mergePatch<T extends object>(target: T, patch: object): T {
  const merged = new Map(Object.entries(target))
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name)
    else if (isObject(value)) merged.set(name, mergePatch(objectOr(merged.get(name)), value))
    else merged.set(name, value)
  }
  // Members of T that the patch may take away are optional: the schema of the body has seen to that.
  return Object.fromEntries(merged) as T
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function objectOr(value: unknown): object {
  return isObject(value) ? value : {}
}
