import type { Client } from '@latchkey/directory'

/**
 * Whether somebody who has not signed in may be sent to the app with a fault: RFC 9700 section 4.11.2. The address of an app that has
 * registered itself is vouched for by nobody else, and a faulty request would make a link at this issuer lead anywhere at once.
 * Silent requests are answered there in any case: an app that asks so shows no page of ours.
 */
export function isVouchedAddress(
  client: Pick<Client, 'registrationTokenHash'>,
  isSilent: boolean,
): boolean {
  return isSilent || client.registrationTokenHash === undefined
}
