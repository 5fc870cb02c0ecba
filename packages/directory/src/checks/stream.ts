/** What a receiver may ask a stream to be: Shared Signals Framework 1.0 section 8.1.1. */
import { InputError } from '@latchkey/protocol'
import type { StreamMembers } from '../contract/stream.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import { checkAbsoluteUri } from './absolute-uri.ts'
import { distinctTexts } from './at-most.ts'
import { checkText } from './text.ts'
import { checkWebUri } from './web-uri.ts'

/** RFC 9110 section 5.5: nothing that could end the header. */
const HEADER = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/

/** Throws InputError `stream-endpoint`, `stream-authorization`, `stream-events` or `description`. */
export function checkStream({ delivery, eventsRequested, description }: StreamMembers): void {
  if (delivery.method === 'push') {
    checkWebUri(delivery.endpoint, 'delivery.endpoint_url', 'stream-endpoint')
    checkHeader(delivery.authorizationHeader)
  }
  distinctTexts(DIRECTORY_LIMITS.eventsPerStream, eventsRequested, 'events_requested')
  for (const [index, event] of eventsRequested.entries()) {
    const where = `events_requested[${index}]`
    checkAbsoluteUri(event, { code: 'stream-events', where, maxChars: DIRECTORY_LIMITS.eventChars })
  }
  if (description === undefined) return
  const maxChars = DIRECTORY_LIMITS.descriptionChars
  checkText(description, { code: 'description', where: 'description', maxChars })
}

/** The message does not repeat it: it is a secret. */
function checkHeader(header: string | undefined): void {
  if (header === undefined) return
  if (header.length <= DIRECTORY_LIMITS.authorizationChars && HEADER.test(header)) return
  throw new InputError('stream-authorization', {
    received: `${header.length} characters`,
    expected: `1 to ${DIRECTORY_LIMITS.authorizationChars} visible ASCII characters`,
    where: 'delivery.authorization_header',
  })
}
