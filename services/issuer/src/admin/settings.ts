/** GET /admin/v1/settings: what this issuer runs with, as far as anybody of its administrators may see it. */
import type { Directory } from '@latchkey/directory'
import { type Static, Type } from 'typebox'
import type { Settings } from '../settings/settings.ts'
import { adminRoute, adminRoutes } from './framework/admin-route.ts'
import { closedObject } from './framework/closed.ts'
import { EVERY_ROLE } from './framework/shipped-roles.ts'

export interface AdminSettingsDeps {
  readonly settings: Pick<
    Settings,
    'issuer' | 'session' | 'tokens' | 'feed' | 'languages' | 'simplejwtClient'
  > &
    Partial<Pick<Settings, 'registration'>>
  readonly directory: Pick<Directory, 'engine'>
}

/** Named one by one: a setting that is added is not shown before somebody has decided that it may be. */
const SettingsAnswer = closedObject(
  {
    issuer: Type.String(),
    languages: Type.Array(Type.String()),
    directory: Type.Enum(['sqlite', 'postgres']),
    session: closedObject({ idle_seconds: Type.Integer(), absolute_seconds: Type.Integer() }),
    tokens: closedObject({
      access_seconds: Type.Integer(),
      code_seconds: Type.Integer(),
      refresh_grace_seconds: Type.Integer(),
      dpop_nonce: Type.Enum(['optional', 'required']),
    }),
    feed: closedObject({ lease_ms: Type.Integer(), canary_seconds: Type.Integer() }),
    registration: closedObject({
      mode: Type.Enum(['off', 'token', 'open']),
      services: Type.Array(Type.String()),
    }),
    simplejwt_client: Type.Optional(Type.String()),
  },
  'Settings',
)

export function adminSettings(deps: AdminSettingsDeps) {
  const answer = describeSettings(deps)
  return adminRoutes(
    adminRoute({
      method: 'GET',
      path: '/settings',
      summary: 'Shows the settings that are safe to show',
      roles: EVERY_ROLE,
      answers: { 200: SettingsAnswer },
      handle: async () => answer,
    }),
  )
}

function describeSettings({
  settings,
  directory,
}: AdminSettingsDeps): Static<typeof SettingsAnswer> {
  const { session, tokens, feed, registration, simplejwtClient } = settings
  return {
    issuer: settings.issuer,
    languages: [...settings.languages],
    directory: directory.engine,
    session: { idle_seconds: session.idleSeconds, absolute_seconds: session.absoluteSeconds },
    tokens: {
      access_seconds: tokens.accessSeconds,
      code_seconds: tokens.codeSeconds,
      refresh_grace_seconds: tokens.refreshGraceSeconds,
      dpop_nonce: tokens.dpopNonce,
    },
    feed: { lease_ms: feed.leaseMs, canary_seconds: feed.canarySeconds ?? 0 },
    registration: {
      mode: registration?.mode ?? 'off',
      services: [...(registration?.services ?? [])],
    },
    ...(simplejwtClient !== undefined && { simplejwt_client: simplejwtClient }),
  }
}
