/** One life of a service: the real feed client, replica, lease and verifier, on clocks and a network of the simulation. */
import { type Connect, type Feed, feedClient } from '@latchkey/feed'
import { type Verifier, verifierFrom } from '@latchkey/verifier'
import type { Chance } from '../chance.ts'
import { clientOf, SECRET } from '../cluster/deployment.ts'
import type { Host } from '../time/host.ts'
import { ISSUER } from './keys.ts'

export interface VerifierProcess {
  readonly host: Host
  readonly service: string
  readonly feed: Feed
  readonly verifier: Verifier
}

export interface VerifierProcessDeps {
  readonly host: Host
  readonly service: string
  readonly chance: Chance
  readonly connect: Connect
  note(what: string): void
  /** Another log has taken the place of the one it knew. */
  replaced(): void
}

export function verifierProcess(deps: VerifierProcessDeps): VerifierProcess {
  const { host, service, connect, chance } = deps
  const { clock, scheduler } = host
  const log = {
    info: (_: unknown, message: string) => deps.note(message),
    warn: (facts: Readonly<Record<string, unknown>>, message: string) => {
      const reason = facts['reason'] ?? facts['fault'] ?? ''
      deps.note(`${message} ${reason}`)
    },
  }
  const feed = feedClient({
    issuerAddress: ISSUER,
    credentials: { clientId: clientOf(service), clientSecret: SECRET },
    ...{ service, clock, scheduler, random: chance, connect, log },
  })
  const verifier = verifierFrom({ issuer: ISSUER, service, feed, clock, scheduler, log })
  feed.subscribe({ replaced: deps.replaced })
  return { host, service, feed, verifier }
}
