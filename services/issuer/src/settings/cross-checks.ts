import type { Report } from './faults.ts'
import { quote } from './located.ts'
import type { Settings } from './settings.ts'
import { isLoopback } from './url-kinds.ts'

/** Settings that are right one by one and wrong together. */
export type Draft = Omit<Settings, 'masterKey' | 'tls'> & {
  readonly masterKey?: Buffer
  readonly tls: { readonly certFile?: string | undefined; readonly keyFile?: string | undefined }
}

export function crossCheck(draft: Draft, report: Report): void {
  checkTransport(draft, report)
  const { idleSeconds, absoluteSeconds } = draft.session
  if (absoluteSeconds < idleSeconds) {
    report({
      at: 'session.absolute_seconds',
      code: 'session-order',
      received: String(absoluteSeconds),
      expected: `at least session.idle_seconds, which is ${idleSeconds}`,
    })
  }
  if (draft.tlsClientHeader !== undefined && draft.trustedProxies.length === 0) {
    report({
      at: 'tls_client_header',
      code: 'tls-client-header-untrusted',
      received: draft.tlsClientHeader,
      expected: 'trusted_proxies naming the proxy that sets this header',
    })
  }
  checkRegistration(draft, report)
  checkSimplejwtClient(draft, report)
  if (draft.languages.length === 0) {
    report({ at: 'languages', code: 'no-language', received: 'none', expected: 'at least one' })
  }
  if (draft.redisUrl === undefined && (draft.redis.replicas || draft.redis.sentinels.length > 0)) {
    report({
      at: 'redis',
      code: 'redis-url-missing',
      received: 'replicas or sentinels without redis_url',
      expected: 'redis_url: redis://HOST:PORT, or with sentinels redis://NAME-OF-THE-MASTER',
    })
  }
  // A key that was made in one data folder would leave every other issuer before closed boxes.
  const shared = draft.redisUrl !== undefined ? 'Redis' : draft.directory.url && 'PostgreSQL'
  if (shared !== undefined && draft.masterKey === undefined) {
    report({
      at: 'master_key',
      code: 'master-key-missing',
      received: 'nothing',
      expected: `the key that all issuers on this ${shared} share: LATCHKEY_MASTER_KEY_FILE`,
    })
  }
}

/** One that does not stand in the file is looked at when it is asked for. */
function checkSimplejwtClient({ simplejwtClient: id, declared }: Draft, report: Report): void {
  const client = declared.clients?.find((one) => one.id === id)
  if (!client || (client.authMethod === 'none' && client.firstParty && client.tokenApi)) return
  report({
    at: 'token_api.simplejwt_client',
    code: 'simplejwt-client',
    received: quote(client.id),
    expected: 'a client with token_endpoint_auth_method: none, first_party and token_api',
  })
}

/** Passwords and tokens must not cross a network in the clear: attacks on the way to a proxy count too. */
function checkTransport({ issuer, listen, tls, trustedProxies }: Draft, report: Report): void {
  const hasCert = tls.certFile !== undefined
  const hasKey = tls.keyFile !== undefined
  if (hasCert !== hasKey) {
    report({
      at: 'tls',
      code: 'tls-incomplete',
      received: hasCert ? 'cert_file without key_file' : 'key_file without cert_file',
      expected: 'both or none',
    })
  }
  if ((hasCert || hasKey) && issuer.startsWith('http:')) {
    report({
      at: 'issuer',
      code: 'issuer-insecure',
      received: issuer,
      expected: 'https, because tls is set',
    })
  }
  if (!hasCert && !hasKey && !isLoopback(listen.host) && trustedProxies.length === 0) {
    report({
      at: 'listen.host',
      code: 'plain-http-exposed',
      received: `plain http on ${listen.host}`,
      expected: 'tls, a loopback address, or trusted_proxies naming the proxy that ends TLS',
    })
  }
}

function checkRegistration({ issuer, declared, registration }: Draft, report: Report): void {
  const audiences = (declared.services ?? []).map(({ audience }) => audience)
  const at = 'registration.services'
  for (const service of registration.services) {
    const received = quote(service)
    if (service === issuer) {
      // With the consent of an administrator, an app that nobody knows would administer.
      report({ at, code: 'registration-issuer', received, expected: 'services besides the issuer' })
    } else if (!audiences.includes(service)) {
      const expected = 'the audience of a service in this file'
      report({ at, code: 'unknown-service', received, expected })
    }
  }
}
