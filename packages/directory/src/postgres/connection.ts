import { InputError } from '@latchkey/protocol'
import pg from 'pg'
import { IDLE_CONNECTION_MS, IDLE_IN_TRANSACTION_MS, type PostgresLimits } from './limits.ts'

const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full']
/** What may stand behind the `?`: how TLS is done, and for a Unix socket its folder and the user. */
const PARAMETERS = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'host', 'user']

/** PostgreSQL's `bigint` has more bits than a number in JavaScript; none of ours does. */
const INT8 = 20

/**
 * Checks `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=…` and returns it. Throws InputError `directory-url`, which
 * never shows the address: it holds a password.
 */
export function checkPostgresUrl(url: string): string {
  const parsed = URL.parse(url)
  const refuse = (received: string, expected: string): never => {
    throw new InputError('directory-url', { received, expected })
  }
  if (parsed === null || !/^postgres(ql)?:$/.test(parsed.protocol)) {
    return refuse('something else', 'postgres://USER:PASSWORD@HOST:PORT/DATABASE')
  }
  const { searchParams, pathname, hostname } = parsed
  for (const name of searchParams.keys()) {
    if (!PARAMETERS.includes(name)) refuse(`?${name}`, `only ${PARAMETERS.join(', ')}`)
  }
  if (hostname === '' && !searchParams.has('host')) refuse('no host', 'a host')
  if (!/^\/[^/]+$/.test(pathname)) refuse('no database', 'the name of a database behind the host')
  const mode = searchParams.get('sslmode')
  // `prefer` and `allow` would go on in the clear when somebody in between asks for it.
  if (mode !== null && !SSL_MODES.includes(mode)) {
    refuse('another sslmode', `one of ${SSL_MODES.join(', ')}`)
  }
  if (mode === 'verify-ca' && !searchParams.has('sslrootcert')) {
    refuse('sslmode=verify-ca alone', 'sslrootcert=FILE with it, or sslmode=verify-full')
  }
  return url
}

/** @param limits absent: none, for work that may last */
export function openPool(url: string, most: number, limits?: PostgresLimits): pg.Pool {
  const times = limits && {
    connectionTimeoutMillis: limits.answerMs,
    statement_timeout: limits.statementMs,
    lock_timeout: limits.lockMs,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  }
  const pool = new pg.Pool({
    connectionString: asLibpqReads(checkPostgresUrl(url)),
    application_name: 'latchkey',
    max: most,
    idleTimeoutMillis: IDLE_CONNECTION_MS,
    keepAlive: true,
    // A process that has nothing else to do may end.
    allowExitOnIdle: true,
    types: { getTypeParser },
    ...times,
  })
  // A connection that breaks while nobody uses it is replaced when somebody needs one; unheard it would end the process.
  pool.on('error', () => {})
  // The same for one that breaks between two statements of a transaction: the next statement says so.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** Makes the driver give `sslmode` the meaning that PostgreSQL's manual gives it. */
function asLibpqReads(url: string): string {
  const parsed = new URL(url)
  parsed.searchParams.set('uselibpqcompat', 'true')
  return parsed.href
}

function getTypeParser(oid: number, format?: 'text' | 'binary') {
  return oid === INT8 ? safeInteger : pg.types.getTypeParser(oid, format as 'text')
}

function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError('a number beyond 2^53 in the database')
  return value
}
