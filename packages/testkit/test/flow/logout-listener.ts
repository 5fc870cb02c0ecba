import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Test } from 'tap'

/** Where an app takes its logout tokens (OpenID Connect Back-Channel Logout 1.0); it believes every one of them. */
export async function logoutListener(t: Pick<Test, 'teardown'>) {
  /** Sessions that it was told of, in turn. */
  const sids: string[] = []
  let hangs = false
  const server = createServer(async (request, response) => {
    const token = new URLSearchParams(await text(request)).get('logout_token') ?? ''
    const [, payload = ''] = token.split('.')
    sids.push(JSON.parse(Buffer.from(payload, 'base64url').toString()).sid)
    if (!hangs) response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close().closeAllConnections())
  return {
    uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/backchannel`,
    sids,
    /** From now on it answers nothing, or everything again. */
    hang: (wanted: boolean) => {
      hangs = wanted
    },
  }
}
