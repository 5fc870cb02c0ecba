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
import { FEED_CODECS, type FeedEncoding } from './codec.ts'
import type { FeedLog } from './feed.ts'
import { feedAddress } from './feed-address.ts'
import { handshakes, type NewHandshake } from './handshake.ts'
import type { Connect } from './socket.ts'
import { type FeedTransport, TRANSPORTS } from './transports.ts'

export interface FeedClientOptions {
  /** Where the issuer is reached: https, or http on loopback. The feed is `/feed` below it. */
  issuerAddress: string
  /** The audience of this service. */
  service: string
  /** Client credentials that open this service's feed. The secret is never sent: it is proven. */
  credentials: { clientId: string; clientSecret: string }
  /** How much longer than their own second entries are kept, as the clocks of issuers may differ by so much. Default 5. */
  clockSkewSeconds?: number
  /**
   * What carries the feed. `auto` begins with a WebSocket, and asks again and again over HTTP where something in between bars
   * those. Default `auto`.
   */
  transport?: FeedTransport
  /** How frames are written on a WebSocket. Binary ones are smaller, text can be read in a log. Default `text`. */
  encoding?: FeedEncoding
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
  readonly handshake: NewHandshake
  readonly encoding: FeedEncoding
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
  const { clock = systemClock, random = systemRandom } = options
  const { encoding = 'text', transport = 'auto' } = options
  requireOneOf('encoding', encoding, Object.keys(FEED_CODECS))
  requireOneOf('transport', transport, Object.keys(TRANSPORTS))
  return {
    ...feedAddress(options.issuerAddress),
    service: options.service,
    handshake: handshakes({ credentials: options.credentials, clock, random }),
    encoding,
    clockSkewSeconds: options.clockSkewSeconds ?? LIMITS.clockSkewSeconds,
    clock,
    random,
    scheduler: options.scheduler ?? systemScheduler,
    connect: options.connect ?? TRANSPORTS[transport](clock),
    log: options.log ?? SILENCE,
  }
}

function requireText(where: string, value: unknown): void {
  if (typeof value === 'string' && value !== '') return
  const received = value === '' ? 'an empty text' : value === null ? 'null' : typeof value
  throw new InputError('feed-option', { where, received, expected: 'a text that is not empty' })
}

function requireOneOf(where: string, value: unknown, known: readonly string[]): void {
  if (known.includes(value as string)) return
  throw new InputError('feed-option', {
    where,
    received: typeof value === 'string' ? value.slice(0, 60) : typeof value,
    expected: known.join(' or '),
  })
}
