/** The claim `status`: Token Status List, section 6.1. */
import { LIMITS, type StatusClaim } from '@latchkey/protocol'

/** Only the member that we know is kept. Verifiers that follow the feed have no use for it: they know more. */
export function readStatusClaim(status: unknown): StatusClaim | 'malformed' | undefined {
  if (status === undefined) return undefined
  const { status_list: list } = (status ?? {}) as Partial<StatusClaim>
  if (typeof list !== 'object' || list === null) return 'malformed'
  const { idx, uri } = list
  if (!Number.isSafeInteger(idx) || idx < 0) return 'malformed'
  if (typeof uri !== 'string' || uri.length > LIMITS.uriChars || !URL.canParse(uri)) {
    return 'malformed'
  }
  return { status_list: { idx, uri } }
}
