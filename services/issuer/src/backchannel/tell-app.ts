/** One attempt to tell an app that a session has ended: OpenID Connect Back-Channel Logout 1.0 sections 2.5 and 2.8. */
import type { Clients } from '@latchkey/directory'
import { StoreUnavailable } from '@latchkey/protocol'
import type { Delivery } from '@latchkey/store'
import type { GuardedRequest } from '../outgoing/guarded-request.ts'
import type { LogoutTokenFor } from './logout-token.ts'

/** `outcome` is a status, an error code or a word of ours; administrators see it. */
export type Told =
  | { readonly kind: 'delivered'; readonly outcome: string }
  | { readonly kind: 'retry'; readonly outcome: string }
  /** Trying again is pointless. */
  | { readonly kind: 'failed'; readonly outcome: string }

export interface TellAppDeps {
  readonly clients: Pick<Clients, 'find'>
  readonly logoutTokenFor: LogoutTokenFor
  readonly request: GuardedRequest
}

/** The outcome of apps that want to hear nothing: every client of a session has a place in the outbox. */
export const NO_ADDRESS = 'no_address'

export async function tellApp(delivery: Delivery, deps: TellAppDeps): Promise<Told> {
  try {
    const client = await deps.clients.find(delivery.clientId)
    const uri = client?.backchannelLogoutUri
    if (!client || uri === undefined) return { kind: 'failed', outcome: NO_ADDRESS }
    const form = { logout_token: deps.logoutTokenFor(client, delivery) }
    const answer = await deps.request({ uri, form })
    return answer.kind === 'failed' ? { kind: 'retry', outcome: answer.why } : judge(answer.status)
  } catch (error) {
    if (error instanceof StoreUnavailable) return { kind: 'retry', outcome: 'sql_unavailable' }
    throw error
  }
}

/** Section 2.8: 200, also 204 from frameworks that will not send an empty 200; 400 is the app's own word that it will not. */
function judge(status: number): Told {
  const outcome = String(status)
  if (status === 200 || status === 204) return { kind: 'delivered', outcome }
  return { kind: status === 400 ? 'failed' : 'retry', outcome }
}
