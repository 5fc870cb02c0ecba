import {
  type Clock,
  InputError,
  LIMITS,
  type Random,
  type Scheduler,
  systemClock,
  systemRandom,
  systemScheduler,
} from '@latchkey/protocol'
import { basicCredentials } from './basic-credentials.ts'
import type { FeedLog } from './feed.ts'
import { feedAddress } from './feed-address.ts'
import type { Connect } from './socket.ts'
import { connectWebSocket } from './web-socket.ts'

export interface FeedClientOptions {
  /** Where the issuer is reached: https, or http on loopback. The feed is `/feed` below it. */
  issuerAddress: string
  /** The audience of this service. */
  service: string
  /** Client credentials that open this service's feed. Sent in the Authorization header and nowhere else. */
  credentials: { clientId: string; clientSecret: string }
  /** How much longer than their own second entries are kept, as the clocks of issuers may differ by so much. Default 5. */
  clockSkewSeconds?: number
  clock?: Clock
  random?: Random
  scheduler?: Scheduler
  connect?: Connect
  /** Told about joining, losing and resyncing; never given a token, a key or a secret. Default: silence. */
  log?: FeedLog
}

export interface FeedSettings {
  readonly url: string
  readonly loopback: boolean
  readonly service: string
  readonly authorization: string
  readonly clockSkewSeconds: number
  readonly clock: Clock
  readonly random: Random
  readonly scheduler: Scheduler
  readonly connect: Connect
  readonly log: FeedLog
}

const SILENCE: FeedLog = { info: () => {}, warn: () => {} }

/** Checks the options once and fills in defaults. Throws `InputError`; its message holds no secret. */
export function feedSettings(options: FeedClientOptions): FeedSettings {
  const { clientId, clientSecret } = options.credentials
  requireText('service', options.service)
  requireText('credentials.clientId', clientId)
  requireText('credentials.clientSecret', clientSecret)
  return {
    ...feedAddress(options.issuerAddress),
    service: options.service,
    authorization: basicCredentials(clientId, clientSecret),
    clockSkewSeconds: options.clockSkewSeconds ?? LIMITS.clockSkewSeconds,
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    scheduler: options.scheduler ?? systemScheduler,
    connect: options.connect ?? connectWebSocket,
    log: options.log ?? SILENCE,
  }
}

function requireText(where: string, value: unknown): void {
  if (typeof value === 'string' && value !== '') return
  const received = value === '' ? 'an empty text' : value === null ? 'null' : typeof value
  throw new InputError('feed-option', { where, received, expected: 'a text that is not empty' })
}
