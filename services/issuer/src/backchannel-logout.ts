/** Telling apps that a session has ended: OpenID Connect Back-Channel Logout 1.0. Never blocks the person. */
import { setTimeout } from 'node:timers/promises'
import type { Client, Clients } from '@latchkey/directory'
import { type Clock, nowSeconds, type Random, randomId, TYP } from '@latchkey/protocol'
import type { SessionRecord } from '@latchkey/store'
import { signJwt } from '@latchkey/tokens'
import { postForm } from './http/post-form.ts'
import type { SigningKeyRing } from './keys/signing-keys.ts'

export interface BackchannelLogout {
  /** Posts a logout token to every client of the session that has an address for it. Does not throw. */
  tell(session: SessionRecord): void
  /** Nothing is tried again from now on; resolves when what is under way has been answered. */
  stop(): Promise<void>
}

export interface BackchannelDeps {
  readonly issuer: string
  readonly clients: Pick<Clients, 'find'>
  readonly keys: Pick<SigningKeyRing, 'activeKey'>
  readonly clock: Clock
  readonly random: Random
  readonly log: {
    info(facts: Record<string, unknown>, message: string): void
    warn(facts: Record<string, unknown>, message: string): void
  }
}

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
const LIFETIME_SECONDS = 120
const TIMEOUT_MS = 5000
/** Pauses before the second and third try: an app that restarts gets it, a dead one costs little. */
const RETRY_AFTER_MS = [500, 3000]

export function backchannelLogout(deps: BackchannelDeps): BackchannelLogout {
  const underWay = new Set<Promise<void>>()
  const stopping = new AbortController()

  async function tellClient(clientId: string, session: SessionRecord): Promise<void> {
    const client = await deps.clients.find(clientId)
    const uri = client?.backchannelLogoutUri
    if (!client || uri === undefined) return
    const facts = { client: client.id, sid: session.sid }
    for (let attempt = 0; ; attempt++) {
      const outcome = await postForm(
        uri,
        { logout_token: logoutToken(client, session) },
        TIMEOUT_MS,
      )
      if (outcome.kind === 'answered' && (outcome.status === 200 || outcome.status === 204)) {
        deps.log.info(facts, 'app told of the end')
        return
      }
      const pauseMs = RETRY_AFTER_MS[attempt]
      if (pauseMs === undefined || !(await passes(pauseMs, stopping.signal))) {
        deps.log.warn({ ...facts, outcome }, 'app could not be told of the end')
        return
      }
    }
  }

  /** Section 2.4: `sid` and `sub`, exactly one event, no nonce, a type of its own. */
  function logoutToken(client: Client, session: SessionRecord): string {
    const now = nowSeconds(deps.clock)
    return signJwt(deps.keys.activeKey(client.idTokenAlg), TYP.logoutToken, {
      iss: deps.issuer,
      aud: client.id,
      iat: now,
      exp: now + LIFETIME_SECONDS,
      jti: randomId(deps.random),
      sub: session.sub,
      sid: session.sid,
      events: { [EVENT]: {} },
    })
  }

  return {
    tell: (session) => {
      for (const clientId of session.clients) {
        const telling = tellClient(clientId, session)
          .catch((error: unknown) =>
            deps.log.warn({ err: error, client: clientId }, 'app not told'),
          )
          .finally(() => underWay.delete(telling))
        underWay.add(telling)
      }
    },
    stop: async () => {
      stopping.abort()
      await Promise.all(underWay)
    },
  }
}

/** False when the process stops before the time has passed: it has ten seconds in all. */
async function passes(timeMs: number, signal: AbortSignal): Promise<boolean> {
  return await setTimeout(timeMs, true, { signal, ref: false }).catch(() => false)
}
