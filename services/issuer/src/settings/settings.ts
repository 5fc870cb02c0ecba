import type { AttributeRule, DeclaredDirectory } from '@latchkey/directory'
import type { Level } from 'pino'
import type { PlaceOf } from '../cluster/places.ts'
import type { SignalSource } from '../incoming-signals/signal-source.ts'
import type { Locale } from '../pages/locale.ts'

/** What the issuer runs with. Built by `loadSettings`, frozen; nothing else reads the environment. */
export interface Settings {
  /** An origin: `https://sso.example.com`. */
  readonly issuer: string
  readonly listen: { readonly host: string; readonly port: number }
  /** Absolute paths of PEM files that have been looked at: readable, a pair, the key closed to others. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string }
  /** IP addresses and CIDR ranges; empty: nobody's `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[]
  /** Lower-case name of the header in which those proxies pass a client's TLS certificate; absent: none is looked at. */
  readonly tlsClientHeader?: string
  /** Absolute path. */
  readonly dataDir: string
  /** May hold a password: never logged. Absent: embedded. */
  readonly redisUrl?: string
  /** How it is spoken to; nothing while embedded. */
  readonly redis: {
    readonly replicas?: number
    readonly sentinels: readonly { readonly host: string; readonly port: number }[]
    readonly sentinelUsername?: string
    readonly sentinelPassword?: string
  }
  readonly directory: {
    /** Holds a password: never logged. Absent: SQLite in the data folder. */
    readonly url?: string
    /** To PostgreSQL, of this process. */
    readonly connections: number
    /** Whether a start migrates an older database or refuses it. */
    readonly migrate: 'auto' | 'manual'
  }
  /** At least 32 random bytes. */
  readonly masterKey: Buffer
  readonly session: { readonly idleSeconds: number; readonly absoluteSeconds: number }
  readonly tokens: {
    readonly accessSeconds: number
    readonly refreshGraceSeconds: number
    readonly codeSeconds: number
    readonly dpopNonce: 'optional' | 'required'
  }
  readonly feed: {
    readonly leaseMs: number
    /** Absent or 0: there is no canary. */
    readonly canarySeconds?: number
  }
  /** Absolute path of the module whose `tokenResponse` adds to answers of the JSON API. */
  readonly tokenResponseHook?: string
  /** The client for whom requests in the form of simplejwt are; absent: there are none. */
  readonly simplejwtClient?: string
  /** Host names, addresses and CIDR ranges that may be private or loopback, and be called by http. */
  readonly outgoing: { readonly allow: readonly string[] }
  readonly registration: {
    /** Who may register clients over the network: nobody, whoever has an initial access token, everybody. */
    readonly mode: 'off' | 'token' | 'open'
    /** Audiences of every client that has registered itself. */
    readonly services: readonly string[]
  }
  /** What may be kept about users besides the standard claims. */
  readonly attributes: readonly AttributeRule[]
  /** Other systems whose security events are heard. */
  readonly signalSources: readonly SignalSource[]
  readonly log: { readonly level: Level | 'silent' }
  /** Languages of the pages, the first is the fallback; never empty. */
  readonly languages: readonly Locale[]
  /** Services, clients, roles and users to bring into the directory: `applyDeclared`. Holds secrets. */
  readonly declared: DeclaredDirectory
  /** The settings file, which owns what it declares. Absent: there is none. */
  readonly declaredIn?: { readonly name: string; readonly placeOf: PlaceOf }
}
