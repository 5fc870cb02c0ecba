/** POST /device_authorization: a device asks to be signed in. RFC 8628 section 3.1. */
import type { Client } from '@latchkey/directory'
import { type Clock, newDeviceCode, nowSeconds, OAuthError, type Random } from '@latchkey/protocol'
import { type DeviceRecord, devicePartition, type Store } from '@latchkey/store'
import type { FastifyInstance } from 'fastify'
import { checkAudience } from '../checks/audience.ts'
import { checkAuthorizationDetails, detailsAudience } from '../checks/authorization-details.ts'
import { checkScope } from '../checks/scope.ts'
import {
  authenticateClient,
  type ClientAuthenticationDeps,
} from '../client-authentication/authenticate-client.ts'
import type { CountUnproven } from '../client-authentication/unproven-requests.ts'
import { devicePath } from '../device/device-path.ts'
import { newUserCode, shownUserCode } from '../device/user-code.ts'
import { DEVICE_GRANT } from '../grants/device-code.ts'
import type { Parameters } from '../http/parameters.ts'

/** Seconds: enough to find the other device, type, and sign in there. */
const LIFETIME = 600
/** Seconds between two polls. */
const INTERVAL = 5
/** Two codes that are alike among a million that are alive come once in 25,000 requests; four times, never. */
const MOST_TRIES = 4

export interface DeviceAuthorizationDeps extends ClientAuthenticationDeps {
  readonly issuer: string
  readonly store: Pick<Store, 'devices' | 'partitions'>
  readonly clock: Clock
  readonly random: Random
  readonly countUnproven: CountUnproven
}

export function deviceAuthorization(deps: DeviceAuthorizationDeps) {
  return async (app: FastifyInstance) => {
    app.post<{ Body: Parameters }>(
      '/device_authorization',
      { config: { cors: true } },
      async (request, reply) => {
        const client = await authenticateClient(request, request.body, deps)
        const asked = readRequest(request.body, client, deps)
        if (client.authMethod === 'none') await deps.countUnproven('device', request.ip)
        const { deviceCode, userCode } = await start(asked, deps)
        request.log.info({ client: client.id }, 'device waits')
        return await reply.send({
          device_code: deviceCode,
          user_code: shownUserCode(userCode),
          verification_uri: `${deps.issuer}${devicePath()}`,
          verification_uri_complete: `${deps.issuer}${devicePath(userCode)}`,
          expires_in: LIFETIME,
          interval: INTERVAL,
        })
      },
    )
  }
}

type Asked = Pick<DeviceRecord, 'clientId' | 'scope' | 'audience' | 'details'>

function readRequest(
  parameters: Parameters,
  client: Client,
  { issuer }: { issuer: string },
): Asked {
  if (!client.grantTypes.includes(DEVICE_GRANT)) {
    throw new OAuthError('unauthorized_client', 'grant_type_not_registered', {
      description: 'this client is not registered for the device flow',
    })
  }
  const details = checkAuthorizationDetails(parameters)
  return {
    clientId: client.id,
    scope: checkScope(parameters),
    audience: checkAudience(parameters, client, issuer, { details: detailsAudience(details) }),
    ...(details && { details }),
  }
}

async function start(asked: Asked, { store, clock, random }: DeviceAuthorizationDeps) {
  const now = nowSeconds(clock)
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const userCode = newUserCode(random)
    const deviceCode = newDeviceCode(random, devicePartition(userCode, store.partitions))
    const record = { ...asked, userCode, expiresAt: now + LIFETIME }
    if (await store.devices.start(deviceCode, record, INTERVAL, now))
      return { deviceCode, userCode }
  }
  throw new OAuthError('temporarily_unavailable', 'no_free_user_code', { retryAfterSeconds: 1 })
}
