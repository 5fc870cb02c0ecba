/** People: they sign in at some issuer process and get tokens, as the issuer makes them. */
import { newSessionId, nowSeconds, partitionOfSubject, randomId } from '@latchkey/protocol'
import { signAccessToken } from '@latchkey/tokens'
import type { Chance } from '../chance.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Deployment } from '../cluster/deployment.ts'
import type { IssuerProcess } from '../nodes/issuer-process.ts'
import { ISSUER } from '../nodes/keys.ts'
import type { OrderedHead } from '../store/redis-client.ts'
import { sessionKey } from '../store/scripts.ts'
import type { Token } from '../truth/tokens.ts'

export interface Session {
  readonly sid: string
  readonly sub: string
  readonly clientId: string
}

export interface People {
  readonly sessions: readonly Session[]
  /** Somebody signs in, and gets a token for each service. */
  signIn(issuer: IssuerProcess): Promise<void>
  /** A session gets another token, if it lives. */
  refresh(issuer: IssuerProcess): Promise<void>
}

export interface PeopleDeps {
  readonly plan: Deployment
  readonly chance: Chance
  readonly cluster: Cluster
  minted(token: Token): void
}

const CLIENTS = ['web', 'shop', 'mobile'] as const
const USERS = ['u_ada', 'u_bob', 'u_eve', 'u_joe'] as const
const LONG_SECONDS = 600
const SHORT_SECONDS = 6

export function people({ plan, chance, cluster, minted }: PeopleDeps): People {
  const sessions: Session[] = []
  const random = chance.fork('ids')

  /** First the place in the log, then the state that the token is made from. */
  async function mint(issuer: IssuerProcess, session: Session, audience: string): Promise<void> {
    const { sid, sub, clientId } = session
    const { run, log } = issuer.store
    const partition = partitionOfSubject(sub, plan.partitions)
    const { position, order }: OrderedHead = await log.head(partition)
    if (!(await run((node) => node.data.value(sessionKey(sid)) !== undefined))) return
    const record = cluster.keys.active(audience)
    const iat = nowSeconds(issuer.host.clock)
    const isLong = chance.happens(0.8)
    const exp = iat + (isLong ? LONG_SECONDS : SHORT_SECONDS)
    const jti = randomId(random)
    const text = signAccessToken(record, {
      ...{ iss: ISSUER, sub, aud: audience, client_id: clientId, sid, jti, iat, exp },
      ...{ scope: 'openid', routes: ['* /*'], rev: [partition, position.epoch, position.offset] },
    })
    const { kid } = record
    minted({ text, jti, kid, sub, sid, audience, clientId, exp, partition, order, isLong })
  }

  return {
    sessions,
    signIn: async (issuer) => {
      const sub = chance.pick(USERS)
      const sid = newSessionId(random, partitionOfSubject(sub, plan.partitions))
      const key = sessionKey(sid)
      await issuer.store.run((node) => node.write({ kind: 'keep', key, value: sub }))
      const session = { sid, sub, clientId: chance.pick(CLIENTS) }
      sessions.push(session)
      for (const service of plan.services) await mint(issuer, session, service)
    },
    refresh: async (issuer) => {
      if (sessions.length === 0) return
      await mint(issuer, chance.pick(sessions), chance.pick(plan.services))
    },
  }
}
