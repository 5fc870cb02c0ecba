/** Logout tokens: OpenID Connect Back-Channel Logout 1.0 section 2.4. */
import type { Client } from '@latchkey/directory'
import { type Clock, nowSeconds, type Random, randomId, TYP } from '@latchkey/protocol'
import type { Delivery } from '@latchkey/store'
import type { ClientSigning } from '../minting/client-signing.ts'
import type { SubjectFor } from '../minting/subject.ts'

export type LogoutTokenFor = (client: Client, ended: Pick<Delivery, 'sid' | 'sub'>) => string

export interface LogoutTokenDeps {
  readonly issuer: string
  readonly signing: Pick<ClientSigning, 'sign'>
  readonly subjectFor: SubjectFor
  readonly clock: Clock
  readonly random: Random
}

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
/** Section 4 recommends at most two minutes. Each attempt has a token of its own, so that none is late. */
const LIFETIME_SECONDS = 120

/** `sid` and `sub` as in the client's ID tokens, signed like them; exactly one event, no nonce, a type of its own. */
export function logoutTokens(deps: LogoutTokenDeps): LogoutTokenFor {
  return (client, { sid, sub }) => {
    const now = nowSeconds(deps.clock)
    return deps.signing.sign(client, client.idTokenAlg, TYP.logoutToken, {
      iss: deps.issuer,
      aud: client.id,
      iat: now,
      exp: now + LIFETIME_SECONDS,
      jti: randomId(deps.random),
      sub: deps.subjectFor(client, sub),
      sid,
      events: { [EVENT]: {} },
    })
  }
}
