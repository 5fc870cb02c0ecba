import { shownUserCode } from './user-code.ts'

/** The page on which people enter codes; with the code in it, `verification_uri_complete` of RFC 8628 section 3.3.1. */
export function devicePath(userCode?: string | undefined): string {
  return userCode === undefined ? '/device' : `/device?user_code=${shownUserCode(userCode)}`
}
