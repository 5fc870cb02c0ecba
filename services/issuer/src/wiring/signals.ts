import type { Directory } from '@latchkey/directory'
import type { Clock, Random } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { ssfConfiguration } from '../endpoints/ssf-configuration.ts'
import { ssfPoll } from '../endpoints/ssf-poll.ts'
import { ssfStatus } from '../endpoints/ssf-status.ts'
import { ssfStreams } from '../endpoints/ssf-streams.ts'
import { ssfSubjects } from '../endpoints/ssf-subjects.ts'
import { ssfVerification } from '../endpoints/ssf-verification.ts'
import { jsonBody } from '../http/json-body.ts'
import type { GuardedRequest } from '../outgoing/guarded-request.ts'
import type { Settings } from '../settings/settings.ts'
import { pushDeliveries } from '../signals/push-deliveries.ts'
import { guardReceivers, type ReceiverGuardDeps } from '../signals/receiver-guard.ts'
import { eventTokens } from '../signals/security-event-token.ts'
import { signalWaits } from '../signals/signal-waits.ts'
import { streamOutcomes } from '../signals/stream-outcomes.ts'
import { transmitter } from '../signals/transmitter.ts'
import type { Feeding } from './feed.ts'
import type { Keys } from './keys.ts'

export interface SignalsDeps extends Pick<Keys, 'ring' | 'subjectFor'>, Pick<Feeding, 'tail'> {
  readonly settings: Pick<Settings, 'issuer'>
  readonly store: Store
  readonly directory: Directory
  readonly request: GuardedRequest
  readonly clock: Clock
  readonly random: Random
  readonly log: FastifyBaseLogger
}

/** Signals to other systems, made from the log: Shared Signals Framework 1.0. */
export function wireSignals(deps: SignalsDeps) {
  const { store, directory, log } = deps
  const { issuer } = deps.settings
  const tokens = eventTokens({ ...deps, issuer })
  const outcomes = streamOutcomes({ documents: store.documents, clock: deps.clock })
  const warn = (facts: Record<string, unknown>, message: string) => log.warn(facts, message)
  const signalMaker = transmitter({
    ...deps,
    ...{ tokens, warn },
    signals: store.signals,
    log: store.log,
    outbox: store.outbox,
    partitions: store.partitions,
  })
  const { streams } = directory
  const { signals, oneTime } = store
  const pushes = pushDeliveries({
    ...deps,
    ...{ streams, signals, oneTime, outcomes },
    signed: tokens.signed,
  })
  const waits = signalWaits(signals)
  return {
    signalling: { transmitter: signalMaker, pushes, waits, outcomes, eventTokens: tokens },
    start: () => {
      signalMaker.start()
      pushes.start()
    },
    stop: async () => {
      waits.stop()
      await signalMaker.stop()
      await pushes.stop()
    },
  }
}

export type Signals = ReturnType<typeof wireSignals>

/** What receivers call. */
export function receivers(
  deps: Pick<SignalsDeps, 'settings' | 'store' | 'directory' | 'clock' | 'random'> &
    Pick<ReceiverGuardDeps, 'readCaller'> &
    Pick<Signals, 'signalling'>,
) {
  const { store, directory, settings } = deps
  const { issuer } = settings
  const { streams, clients } = directory
  const { signals, throttle } = store
  const shared = { ...deps, ...deps.signalling, issuer, streams, signals, throttle }

  const guarded = () => async (app: FastifyInstance) => {
    jsonBody(app)
    guardReceivers(app, { readCaller: deps.readCaller, clients })
    await app.register(ssfStreams(shared))
    await app.register(ssfStatus(shared))
    await app.register(ssfSubjects(shared))
    await app.register(ssfVerification(shared))
    await app.register(ssfPoll(shared))
  }

  return async (app: FastifyInstance): Promise<void> => {
    await app.register(ssfConfiguration({ issuer }))
    await app.register(guarded())
  }
}
