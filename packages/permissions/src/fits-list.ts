import { GRANT_LIMITS } from './grant-limits.ts'

/** Whether these grants may stand in a token as a list: at most 32, and 512 bytes of JSON in UTF-8. */
export function fitsList(list: readonly string[]): boolean {
  return (
    list.length <= GRANT_LIMITS.listEntries &&
    Buffer.byteLength(JSON.stringify(list)) <= GRANT_LIMITS.listBytes
  )
}
