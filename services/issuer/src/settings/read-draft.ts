import type { Draft } from './cross-checks.ts'
import { DECLARED_LISTS, GROUP_FIELDS, ROOT_FIELDS } from './declarations.ts'
import { readDeclared } from './declared.ts'
import type { Fields, Values } from './field.ts'
import { emptyGroup, type Group } from './located.ts'
import { readEnvironment, reportMisspelt, variablesOf } from './read-environment.ts'
import { asGroup, type FileReading, knownNames, readFields, reportUnknown } from './read-fields.ts'

/** All settings of the file and the environment. With faults reported, members may be missing. */
export function readDraft(root: Group, reading: FileReading, cwd: string): Draft {
  const groups = Object.keys(GROUP_FIELDS)
  reportUnknown(root, [...knownNames(ROOT_FIELDS), ...groups, ...DECLARED_LISTS], reading)
  const variables: string[] = []
  const read = <F extends Fields>(name: string, fields: F): Values<F> => {
    variables.push(...variablesOf(name, fields))
    const fromEnvironment = readEnvironment(name, fields, reading.env, {
      report: reading.report,
      folder: cwd,
    })
    const group = name === '' ? root : groupOf(root, name, fields, reading)
    // Names with a fault are missing here; the caller throws before anybody looks at them.
    return Object.fromEntries(readFields(group, fields, reading, fromEnvironment)) as Values<F>
  }
  const top = read('', ROOT_FIELDS)
  const { host, port } = read('listen', GROUP_FIELDS.listen)
  const tls = read('tls', GROUP_FIELDS.tls)
  const redis = read('redis', GROUP_FIELDS.redis)
  const directory = read('directory', GROUP_FIELDS.directory)
  const session = read('session', GROUP_FIELDS.session)
  const tokens = read('tokens', GROUP_FIELDS.tokens)
  const tokenApi = read('token_api', GROUP_FIELDS.token_api)
  const feed = read('feed', GROUP_FIELDS.feed)
  const outgoing = read('outgoing', GROUP_FIELDS.outgoing)
  const { mode, services } = read('registration', GROUP_FIELDS.registration)
  const log = read('log', GROUP_FIELDS.log)
  reportMisspelt(reading.env, variables, reading)
  return {
    issuer: top.issuer,
    listen: { host, port },
    tls: { certFile: tls.cert_file, keyFile: tls.key_file },
    trustedProxies: top.trusted_proxies,
    ...(top.tls_client_header === undefined ? {} : { tlsClientHeader: top.tls_client_header }),
    dataDir: top.data_dir,
    ...(top.redis_url === undefined ? {} : { redisUrl: top.redis_url }),
    ...(top.master_key === undefined ? {} : { masterKey: top.master_key }),
    redis: {
      sentinels: redis.sentinels,
      ...(redis.replicas === undefined ? {} : { replicas: redis.replicas }),
      ...(redis.sentinel_username === undefined
        ? {}
        : { sentinelUsername: redis.sentinel_username }),
      ...(redis.sentinel_password === undefined
        ? {}
        : { sentinelPassword: redis.sentinel_password }),
    },
    directory: {
      ...(directory.url === undefined ? {} : { url: directory.url }),
      connections: directory.connections,
      migrate: directory.migrate,
    },
    session: {
      idleSeconds: session.idle_seconds,
      absoluteSeconds: session.absolute_seconds,
    },
    tokens: {
      accessSeconds: tokens.access_seconds,
      refreshGraceSeconds: tokens.refresh_grace_seconds,
      codeSeconds: tokens.code_seconds,
      dpopNonce: tokens.dpop_nonce,
    },
    ...(tokenApi.hook === undefined ? {} : { tokenResponseHook: tokenApi.hook }),
    ...(tokenApi.simplejwt_client === undefined
      ? {}
      : { simplejwtClient: tokenApi.simplejwt_client }),
    feed: { leaseMs: feed.lease_ms, canarySeconds: feed.canary_seconds },
    outgoing: { allow: outgoing.allow },
    registration: { mode, services },
    log: { level: log.level },
    attributes: top.attributes,
    signalSources: top.signal_sources.map((source) => ({
      ...source,
      audience: source.audience ?? top.issuer,
    })),
    languages: top.languages,
    declared: readDeclared(root, reading, tokens.access_seconds),
  }
}

function groupOf(root: Group, name: string, fields: Fields, reading: FileReading): Group {
  const found = root.entries.get(name)?.value
  const group = found && asGroup(found, knownNames(fields), reading)
  if (group === undefined) return emptyGroup(name)
  reportUnknown(group, knownNames(fields), reading)
  return group
}
