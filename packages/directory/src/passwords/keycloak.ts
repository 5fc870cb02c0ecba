/** A password credential of a Keycloak export, as JSON, turned into the text that the other formats read. */

/** Of the providers `pbkdf2`, `pbkdf2-sha256` and `pbkdf2-sha512`. */
const DIGESTS: Readonly<Record<string, string>> = {
  pbkdf2: 'sha1',
  'pbkdf2-sha256': 'sha256',
  'pbkdf2-sha512': 'sha512',
}

type Json = Readonly<Record<string, unknown>>

/**
 * Takes `{ "credentialData": …, "secretData": … }` with both as JSON or as text that holds JSON, which is how realms are
 * exported, and the flat form of old exports (`algorithm`, `hashIterations`, `salt`, `hashedSaltedValue`). Undefined for others.
 */
export function fromKeycloak(text: string): string | undefined {
  if (!text.startsWith('{')) return undefined
  const credential = json(text)
  const data = { ...credential, ...json(credential['credentialData']) }
  const secret = { ...credential, ...json(credential['secretData']) }
  const salt = unpadded(secret['salt'])
  const hash = unpadded(secret['value'] ?? secret['hashedSaltedValue'])
  const algorithm = String(data['algorithm'])
  if (algorithm === 'argon2') return argon2(data, salt, hash)
  const digest = Object.hasOwn(DIGESTS, algorithm) ? DIGESTS[algorithm] : undefined
  return digest && `$pbkdf2-${digest}$i=${String(data['hashIterations'])}$${salt}$${hash}`
}

function argon2(data: Json, salt: string, hash: string): string {
  const more = json(data['additionalParameters'])
  const first = (name: string) => String([more[name]].flat()[0])
  const version = first('version') === '1.3' ? '19' : 'unknown'
  const cost = `m=${first('memory')},t=${String(data['hashIterations'])},p=${first('parallelism')}`
  return `$argon2${first('type')}$v=${version}$${cost}$${salt}$${hash}`
}

function unpadded(value: unknown): string {
  return String(value).replace(/=+$/, '')
}

function json(value: unknown): Json {
  if (typeof value === 'object' && value !== null) return value as Json
  if (typeof value !== 'string') return {}
  try {
    const read: unknown = JSON.parse(value)
    return typeof read === 'object' && read !== null ? (read as Json) : {}
  } catch {
    return {}
  }
}
