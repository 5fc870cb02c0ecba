import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { InputError } from '@latchkey/protocol'
import { parse } from 'yaml'
import { record } from './exchange.ts'
import {
  type Credentials,
  FAULT_KINDS,
  type FaultKind,
  type LinkPlan,
  type Place,
  type Plan,
  type ProcessPlan,
  type ServiceTarget,
} from './plan.ts'

const TOP = [
  'test_cluster',
  'issuer',
  'issuer_addresses',
  'lease_ms',
  'app',
  'operator',
  'people',
  'services',
  'links',
  'processes',
  'healthy',
  'faults',
  'fault_ms',
  'delay_ms',
  'rounds',
  'requests_per_second',
  'recover_ms',
  'refresh_grace_ms',
] as const

/** Reads the cluster file; paths in it are relative to it, and its commands are started in its folder. @throws InputError `chaos-plan` and `chaos-no-test-cluster` */
export function readPlan(file: string): Plan {
  const folder = dirname(resolve(file))
  const top = fields(parseFile(file), 'the file', TOP)
  if (top['test_cluster'] !== true) {
    throw new InputError('chaos-no-test-cluster', {
      where: 'test_cluster',
      received: shown(top['test_cluster']),
      expected: 'true: everything in this cluster may break, and nobody works with it',
    })
  }
  const leaseMs = number(top['lease_ms'], 'lease_ms', 100)
  const issuer = url(top['issuer'], 'issuer')
  const { rounds } = top
  return {
    issuer,
    issuerAddresses: list(top['issuer_addresses'], 'issuer_addresses', url, [issuer]),
    leaseMs,
    app: credentials(top['app'], 'app', folder),
    operator: credentials(top['operator'], 'operator', folder),
    people: list(top['people'], 'people', (one, where) => person(one, where, folder)),
    services: list(top['services'], 'services', service),
    links: list(top['links'], 'links', link, []),
    processes: list(top['processes'], 'processes', (one, where) => part(one, where, folder), []),
    ...(top['healthy'] !== undefined && { healthy: list(top['healthy'], 'healthy', text) }),
    faults: list(top['faults'], 'faults', faultKind, FAULT_KINDS),
    faultMs: number(top['fault_ms'], 'fault_ms', 1, leaseMs + 2000),
    delayMs: number(top['delay_ms'], 'delay_ms', 1, 300),
    ...(rounds !== undefined && { rounds: number(rounds, 'rounds', 1) }),
    requestsPerSecond: number(top['requests_per_second'], 'requests_per_second', 1, 50),
    recoverMs: number(top['recover_ms'], 'recover_ms', 1, 30_000),
    refreshGraceMs: number(top['refresh_grace_ms'], 'refresh_grace_ms', 0, 10_000),
  }
}

type Fields = Readonly<Record<string, unknown>>

function parseFile(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException
    const received = code === 'ENOENT' ? 'no file of this name' : (code ?? name)
    // The message of the parser quotes the file.
    throw fault(file, received, 'a file in YAML, as docs/operate/chaos.md shows one')
  }
}

/** A map with these members and no others: one that is misspelt would silently mean its default. */
function fields(value: unknown, where: string, names: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw fault(where, shown(value), 'a map')
  }
  const unknown = Object.keys(value).find((name) => !names.includes(name))
  if (unknown === undefined) return record(value)
  throw fault(where, `a member ${unknown}`, `only ${names.join(', ')}`)
}

function list<T>(
  value: unknown,
  where: string,
  read: (one: unknown, where: string) => T,
  fallback?: readonly T[],
): readonly T[] {
  if (value === undefined && fallback) return fallback
  if (!Array.isArray(value) || (value.length === 0 && !fallback)) {
    throw fault(where, shown(value), 'a list that is not empty')
  }
  return value.map((one, index) => read(one, `${where}[${index}]`))
}

function text(value: unknown, where: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw fault(where, shown(value), 'a text')
}

/** An argument of a command or a variable may be empty; a number there is one in quotes, which YAML tells apart. */
function word(value: unknown, where: string): string {
  if (typeof value === 'string') return value
  throw fault(where, shown(value), 'a text, in quotes if it looks like something else')
}

function number(value: unknown, where: string, least: number, fallback?: number): number {
  if (value === undefined && fallback !== undefined) return fallback
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value
  throw fault(where, shown(value), `a whole number of at least ${least}`)
}

function url(value: unknown, where: string): string {
  const given = text(value, where)
  if (/^https?:$/.test(URL.parse(given)?.protocol ?? '')) return given.replace(/\/$/, '')
  throw fault(where, given, 'an http or https address')
}

function secret(value: unknown, where: string, folder: string): string {
  const path = resolve(folder, text(value, where))
  if (!existsSync(path)) throw fault(where, `${path}, which does not exist`, 'a file')
  return readFileSync(path, 'utf8').trimEnd()
}

function credentials(value: unknown, where: string, folder: string): Credentials {
  const given = fields(value, where, ['client_id', 'secret_file'])
  return {
    clientId: text(given['client_id'], `${where}.client_id`),
    clientSecret: secret(given['secret_file'], `${where}.secret_file`, folder),
  }
}

function person(value: unknown, where: string, folder: string): Plan['people'][number] {
  const given = fields(value, where, ['username', 'password_file'])
  return {
    username: text(given['username'], `${where}.username`),
    password: secret(given['password_file'], `${where}.password_file`, folder),
  }
}

function service(value: unknown, where: string): ServiceTarget {
  const given = fields(value, where, ['audience', 'address', 'path'])
  const audience = url(given['audience'], `${where}.audience`)
  return {
    audience,
    address: url(given['address'] ?? audience, `${where}.address`),
    path: text(given['path'], `${where}.path`),
  }
}

function link(value: unknown, where: string): LinkPlan {
  const given = fields(value, where, ['name', 'listen', 'to'])
  return {
    name: text(given['name'], `${where}.name`),
    listen: place(given['listen'], `${where}.listen`),
    to: place(given['to'], `${where}.to`),
  }
}

function place(value: unknown, where: string): Place {
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(text(value, where)) ?? []
  if (host === undefined) throw fault(where, shown(value), 'HOST:PORT')
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) }
}

const PROCESS = ['name', 'command', 'env', 'pid_file', 'supervised', 'ready', 'log_file']

function part(value: unknown, where: string, folder: string): ProcessPlan {
  const given = fields(value, where, PROCESS)
  const { command, env, pid_file: pid, ready, log_file: log } = given
  if ((command === undefined) === (pid === undefined)) {
    throw fault(where, 'both or none of them', 'either command or pid_file')
  }
  return {
    name: text(given['name'], `${where}.name`),
    supervised: given['supervised'] === true,
    ...(command !== undefined && { folder, command: list(command, `${where}.command`, word) }),
    ...(env !== undefined && { env: environment(env, `${where}.env`) }),
    ...(pid !== undefined && { pidFile: resolve(folder, text(pid, `${where}.pid_file`)) }),
    ...(ready !== undefined && { ready: readiness(ready, `${where}.ready`) }),
    ...(log !== undefined && { logFile: resolve(folder, text(log, `${where}.log_file`)) }),
  }
}

function environment(value: unknown, where: string): Readonly<Record<string, string>> {
  const given = Object.entries(record(value))
  return Object.fromEntries(given.map(([name, one]) => [name, word(one, `${where}.${name}`)]))
}

function readiness(value: unknown, where: string): string {
  const given = text(value, where)
  if (/^(https?|tcp):$/.test(URL.parse(given)?.protocol ?? '')) return given
  throw fault(where, given, 'http://…, https://… or tcp://HOST:PORT')
}

function faultKind(value: unknown, where: string): FaultKind {
  const found = FAULT_KINDS.find((kind) => kind === value)
  if (found) return found
  throw fault(where, shown(value), `one of ${FAULT_KINDS.join(', ')}`)
}

/** Never a whole value of unknown size, and nothing of a file with secrets. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60))
  return Array.isArray(value) ? 'a list' : value === null ? 'null' : String(value).slice(0, 60)
}

function fault(where: string, received: string, expected: string): InputError {
  return new InputError('chaos-plan', { where, received, expected })
}
