/** Addresses that the page after signing out loads in frames: OpenID Connect Front-Channel Logout 1.0 sections 2 and 3. */
import type { Clients } from '@latchkey/directory'
import type { SessionRecord } from '@latchkey/store'

export interface FrontChannelDeps {
  readonly issuer: string
  readonly clients: Pick<Clients, 'find'>
}

/** With `iss` and `sid`, both or none, as the client registered. Empty when no app of the session has such an address. */
export async function frontChannelFrames(
  session: Pick<SessionRecord, 'sid' | 'clients'>,
  { issuer, clients }: FrontChannelDeps,
): Promise<readonly string[]> {
  const frames = await Promise.all(
    session.clients.map(async (id) => {
      const client = await clients.find(id)
      const uri = client?.frontchannelLogoutUri
      if (uri === undefined || !client?.frontchannelSessionRequired) return uri ?? []
      const query = new URLSearchParams({ iss: issuer, sid: session.sid })
      return `${uri}${uri.includes('?') ? '&' : '?'}${query}`
    }),
  )
  return frames.flat()
}
