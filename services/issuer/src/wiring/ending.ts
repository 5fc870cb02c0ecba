import type { Directory } from '@latchkey/directory'
import type { Clock, Random } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyBaseLogger } from 'fastify'
import { logoutDeliveries } from '../backchannel/logout-deliveries.ts'
import { logoutTokens } from '../backchannel/logout-token.ts'
import { ender } from '../ending/end.ts'
import type { ClientSigning } from '../minting/client-signing.ts'
import type { SubjectFor } from '../minting/subject.ts'
import type { GuardedRequest } from '../outgoing/guarded-request.ts'

export interface EndingDeps {
  readonly issuer: string
  readonly store: Store
  readonly directory: Directory
  readonly signing: ClientSigning
  readonly subjectFor: SubjectFor
  readonly request: GuardedRequest
  /** Resolves when this process's own feed has passed the entries on. */
  readonly published: () => Promise<void>
  readonly clock: Clock
  readonly random: Random
  readonly log: FastifyBaseLogger
}

/** Ending things, and telling the apps of it. */
export function wireEnding(deps: EndingDeps) {
  const { store, directory } = deps
  const deliveries = logoutDeliveries({
    ...deps,
    outbox: store.outbox,
    clients: directory.clients,
    logoutTokenFor: logoutTokens(deps),
  })
  const { end, concludeEnd } = ender({ ...deps, audit: directory.audit, tell: deliveries.poke })
  return { end, concludeEnd, deliveries }
}

export type Ending = ReturnType<typeof wireEnding>
