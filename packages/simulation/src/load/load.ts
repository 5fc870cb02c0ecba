/** What people and administrators do: sign in, get tokens, and end things, each by way of some issuer process. */
import type { EndTarget } from '@latchkey/protocol'
import type { Chance } from '../chance.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Deployment } from '../cluster/deployment.ts'
import type { IssuerProcess } from '../nodes/issuer-process.ts'
import type { World } from '../time/world.ts'
import type { Trace } from '../trace.ts'
import type { Judgement, ReturnedEnd } from '../truth/judgement.ts'
import { describe, type Token } from '../truth/tokens.ts'
import { people, type Session } from './people.ts'

export interface Load {
  signIn(): void
  refresh(): void
  /** Ends something, and asks again when that fails. */
  end(): void
  /** Tokens that live for minutes, made since this was called last. */
  takeFresh(): Token[]
}

export interface LoadDeps {
  readonly plan: Deployment
  readonly world: World
  readonly chance: Chance
  readonly trace: Trace
  readonly cluster: Cluster
  readonly judgement: Judgement
  returned(end: ReturnedEnd): void
}

const MOST_ATTEMPTS = 4

export function load(deps: LoadDeps): Load {
  const { world, chance, trace, cluster, judgement } = deps
  let fresh: Token[] = []
  const { sessions, signIn, refresh } = people({
    ...deps,
    minted: (token) => {
      judgement.minted(token)
      if (token.isLong) fresh.push(token)
    },
  })

  /** A request to some issuer process; one that is dead or does not listen answers nobody. */
  function ask(work: (issuer: IssuerProcess) => Promise<void>): void {
    const { process } = chance.pick(cluster.issuers)
    if (process?.side) process.host.deliver(() => void work(process).catch(() => {}))
  }

  async function endAt(issuer: IssuerProcess, target: EndTarget): Promise<void> {
    const [{ name }, what] = [issuer.host, describe(target)]
    trace.note(name, `end ${what}`)
    const { entries } = await issuer.end(target, 'admin', { sub: 'u_admin' })
    trace.note(name, `ended ${what}, ${entries.length} entries`)
    deps.returned(judgement.returned(target, entries))
  }

  function endBy(target: EndTarget, attempt: number): void {
    const again = () => {
      if (attempt === MOST_ATTEMPTS) return
      world.after(chance.ms(50, 1000), () => endBy(target, attempt + 1))
    }
    const { process } = chance.pick(cluster.issuers)
    if (!process?.side) {
      again()
      return
    }
    const failed = () => {
      trace.note(process.host.name, `end ${describe(target)} failed`)
      again()
    }
    process.host.deliver(() => void endAt(process, target).catch(failed))
  }

  return {
    signIn: () => ask(signIn),
    refresh: () => ask(refresh),
    end: () => {
      if (sessions.length === 0 || judgement.tokens.length === 0) return
      const [session, token] = [chance.pick(sessions), chance.pick(judgement.tokens)]
      endBy(targetOf(chance.pick(KINDS), session, token, deps), 1)
    },
    takeFresh: () => {
      const taken = fresh
      fresh = []
      return taken
    },
  }
}

/** Common things often. */
const KINDS = [
  ...(['session', 'session', 'session', 'session', 'user', 'user', 'token', 'token'] as const),
  ...(['stale', 'stale', 'client', 'service', 'key', 'all'] as const),
]

function targetOf(
  kind: EndTarget['kind'],
  { sid, sub, clientId }: Session,
  token: Token,
  { chance, cluster }: Pick<LoadDeps, 'chance' | 'cluster'>,
): EndTarget {
  const { audience } = token
  switch (kind) {
    case 'token':
      return { kind, jti: token.jti, sub: token.sub, exp: token.exp, aud: audience }
    case 'session':
      return { kind, sid }
    case 'user':
      return { kind, sub }
    case 'client':
      return { kind, clientId }
    case 'service':
      return { kind, audience }
    case 'key':
      return { kind, kid: cluster.keys.replace(audience) }
    case 'stale':
      return { kind, about: chance.happens(0.7) ? sub : audience }
    case 'all':
      return { kind }
  }
}
