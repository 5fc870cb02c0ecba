import { InputError } from '@latchkey/protocol'

const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full']
/** What may stand behind the `?`: how TLS is done, and for a Unix socket its folder and the user. */
const PARAMETERS = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'host', 'user']

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
