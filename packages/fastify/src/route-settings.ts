import { InputError, LIMITS } from '@latchkey/protocol'
import { readStepUp, type StepUp } from './step-up.ts'

/** `config.latchkey` of a route. Everything is optional; what is left out is closed. */
export interface LatchkeyRouteConfig {
  /** Seconds for which the route goes on after the verifier's lease has ended. Default 0. */
  toleranceSeconds?: number
  /** Also take the token from `?access_token=` (RFC 6750 section 2.3). Only GET. Default false. */
  tokenInUrl?: boolean
  /**
   * The caller's sign-in must have been at least this strong (RFC 9470); of several values one is enough, for example
   * `ACR.mfa` of `@latchkey/protocol`. Machines have no sign-in. Default: any.
   */
  acr?: string | readonly string[]
  /** Seconds since the caller signed in, at most (RFC 9470). Default: any time. */
  maxAgeSeconds?: number
  /** On a public route: set `request.caller` when a good token came along. Default false. */
  identify?: boolean
}

/** What a route's declaration says about who may call it (packages/permissions/README.md), checked and complete. */
export interface RouteSettings {
  readonly public: boolean
  readonly identify: boolean
  /** Any good token will do: a route of the plug-in itself, which gives nothing that the token does not. */
  readonly grantless: boolean
  readonly toleranceSeconds: number
  readonly tokenInUrl: boolean
  /** Undefined: any sign-in will do. */
  readonly stepUp: StepUp | undefined
}

/** Where the settings stand in the route's `config`. A route without them was not seen when it was declared. */
export const ROUTE_SETTINGS: unique symbol = Symbol('latchkey.route')

export const CLOSED: RouteSettings = {
  public: false,
  identify: false,
  grantless: false,
  toleranceSeconds: 0,
  tokenInUrl: false,
  stepUp: undefined,
}

const KNOWN: readonly string[] = [
  'toleranceSeconds',
  'tokenInUrl',
  'identify',
  'acr',
  'maxAgeSeconds',
]

/**
 * Reads `config` of a route. Refuses what it does not understand (`InputError`), since a misspelt setting that is
 * passed over could leave open what somebody meant to close. Public is the boolean `true`, nothing that resembles it.
 */
export function parseRouteSettings(
  config: { public?: unknown; latchkey?: unknown } | undefined,
  route: { methods: readonly string[]; url: string },
): RouteSettings {
  const where = `route ${route.methods.join(',')} ${route.url}`
  const given = section(config?.latchkey, where)
  const settings = {
    grantless: false,
    public: flag(config?.public, `${where}, config.public`),
    identify: flag(given.identify, `${where}, config.latchkey.identify`),
    tokenInUrl: flag(given.tokenInUrl, `${where}, config.latchkey.tokenInUrl`),
    toleranceSeconds: tolerance(given.toleranceSeconds, where),
    stepUp: readStepUp(given, `${where}, config.latchkey`),
  }
  if (settings.identify && !settings.public) {
    const expected = 'config.public: true beside identify'
    throw new InputError('route-setting', { received: 'a closed route', expected, where })
  }
  if (settings.stepUp && settings.public) {
    const expected = 'a closed route for acr and maxAgeSeconds'
    throw new InputError('route-setting', { received: 'a public route', expected, where })
  }
  // A URL is kept in histories and logs; a request that changes something has a body or a header to put the token in.
  if (
    settings.tokenInUrl &&
    !route.methods.every((method) => method === 'GET' || method === 'HEAD')
  ) {
    const expected = 'GET for a route that takes its token from the URL'
    throw new InputError('route-setting', { received: route.methods.join(','), expected, where })
  }
  return settings
}

function section(
  value: unknown,
  where: string,
): Partial<Record<keyof LatchkeyRouteConfig, unknown>> {
  if (value === undefined) return {}
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const facts = { received: JSON.stringify(value), expected: 'an object', where }
    throw new InputError('route-setting', { ...facts, where: `${where}, config.latchkey` })
  }
  for (const name of Object.keys(value)) {
    if (KNOWN.includes(name)) continue
    const expected = `one of ${KNOWN.join(', ')}`
    throw new InputError('route-setting', { received: name, expected, where })
  }
  return value
}

function flag(value: unknown, where: string): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? false
  throw new InputError('route-setting', {
    received: JSON.stringify(value),
    expected: 'true or false',
    where,
  })
}

function tolerance(value: unknown, where: string): number {
  if (value === undefined) return 0
  // No token lives longer, so a longer tolerance would mean nothing.
  const most = LIMITS.accessTokenMaxSeconds
  if (typeof value === 'number' && value >= 0 && value <= most) return value
  throw new InputError('route-setting', {
    received: JSON.stringify(value),
    expected: `0 to ${most} seconds`,
    where: `${where}, config.latchkey.toleranceSeconds`,
  })
}
