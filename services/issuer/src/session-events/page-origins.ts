/** Origins of a client's pages: RFC 6454 section 6.2. Compared to the letter. */
import type { Client } from '@latchkey/directory'

/** Those it is registered with for scripts, and those that its people are sent back to. */
export function pageOrigins(
  client: Pick<Client, 'corsOrigins' | 'redirectUris'>,
): readonly string[] {
  // A scheme of an app's own has the origin `null`, which is nobody's.
  const origins = client.redirectUris.map((uri) => URL.parse(uri)?.origin ?? 'null')
  return [...new Set([...client.corsOrigins, ...origins])].filter((origin) => origin !== 'null')
}
