import { fold } from '../checks/username.ts'

/** A `like` pattern, with `!` as its escape, for texts that contain this one; only the outer `%` mean anything. */
export function containing(search: string): string {
  return `%${fold(search).replace(/[!%_]/g, '!$&')}%`
}
