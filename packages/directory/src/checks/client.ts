/**
 * What a registered client has to be, wherever it comes from: RFC 6749 sections 2 and 4, RFC 7591 section 2, RFC 9700
 * section 2.1, OpenID Connect Registration section 2.
 */
import { InputError, LIMITS } from '@latchkey/protocol'
import type { ClientMembers } from '../clients/complete-client.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import { distinctTexts } from './at-most.ts'
import { checkClientChoices } from './client-choices.ts'
import { checkClientKeys } from './client-keys.ts'
import { checkClientRules } from './client-rules.ts'
import { checkClientUris } from './client-uris.ts'
import { checkSha256 } from './sha256.ts'
import { checkName, quoted } from './text.ts'
import { checkWholeNumber } from './whole-number.ts'

/** No colon: HTTP Basic and `svc:<id>` end or begin at one. */
const CLIENT_ID = /^[A-Za-z0-9._-]+$/

/**
 * A client's subject is `svc:<id>`, a user's is `u_…`: an id that begins so is refused all the same (RFC 9700 section
 * 4.15).
 */
function checkClientId(id: string, where: string): void {
  if (CLIENT_ID.test(id) && id.length <= LIMITS.clientIdChars && !id.startsWith('u_')) return
  throw new InputError('client-id', {
    received: quoted(id),
    expected: `1 to ${LIMITS.clientIdChars} of A-Z a-z 0-9 . _ - and not beginning with u_`,
    where,
  })
}

/** Everything about a client that needs no database. The secret is looked at where it is stored. */
export function checkClient(client: ClientMembers): void {
  checkClientId(client.id, 'id')
  checkName(client.name, {
    code: 'name',
    where: 'name',
    maxChars: DIRECTORY_LIMITS.nameChars,
  })
  checkClientUris(client)
  checkClientChoices(client)
  checkClientKeys(client)
  distinctTexts(DIRECTORY_LIMITS.servicesPerClient, client.services, 'services')
  checkContacts(client)
  if (client.defaultMaxAge !== undefined) {
    const most = DIRECTORY_LIMITS.maxAgeSeconds
    checkWholeNumber(client.defaultMaxAge, { least: 0, most, where: 'defaultMaxAge' })
  }
  if (client.registrationTokenHash !== undefined) {
    checkSha256(client.registrationTokenHash, 'registrationTokenHash')
  }
  checkClientRules(client)
}

function checkContacts({ contacts }: ClientMembers): void {
  distinctTexts(DIRECTORY_LIMITS.contactsPerClient, contacts, 'contacts')
  for (const [index, contact] of contacts.entries()) {
    const where = `contacts[${index}]`
    checkName(contact, { code: 'contact', where, maxChars: DIRECTORY_LIMITS.emailChars })
  }
}
