import { OAuthError } from '@latchkey/protocol'

/** The error code and reason that a check throws, or 'passes'. */
export function verdict(check: () => unknown): string {
  try {
    check()
    return 'passes'
  } catch (error) {
    if (error instanceof OAuthError) return `${error.code} ${error.reason}`
    throw error
  }
}
