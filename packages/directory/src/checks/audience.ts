/** Audiences: RFC 8707 section 2 (an absolute URI without fragment). */
import { DIRECTORY_LIMITS } from '../limits.ts'
import { checkAbsoluteUri, refuseUri, type UriRule } from './absolute-uri.ts'

/** Throws InputError `audience`. Compared as text for ever after: nothing is normalised. */
export function checkAudience(audience: string, where: string): void {
  const rule: UriRule = { code: 'audience', where, maxChars: DIRECTORY_LIMITS.audienceChars }
  const url = checkAbsoluteUri(audience, rule)
  // A `stale` entry names a subject or an audience: a machine's subject must not be one.
  if (url.protocol === 'svc:') refuseUri(rule, 'the scheme svc', 'another scheme than svc')
}
