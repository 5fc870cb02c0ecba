/**
 * The net that every log line passes through before it is written, whoever wrote it and however deep the value stands:
 * secrets go by the name of their field and by their look, texts of others are cut and cannot steer a terminal.
 */

const REDACTED = '[redacted]'
/** A user name, a header or an address says enough with so much; a stack needs more. */
const MAX_TEXT_CHARS = 512
const MAX_STACK_CHARS = 4096
const MAX_ITEMS = 50
const MAX_DEPTH = 6

/** Names whose value is never written; compared without case, `-` and `_`. */
const SECRET_NAMES = new Set(
  [
    ...['password', 'current_password', 'new_password', 'passphrase', 'secret', 'client_secret'],
    ...['secret_hash', 'password_hash', 'master_key', 'private_key', 'wrapped_private_key'],
    ...['signing_key', 'k', 'token', 'access_token', 'refresh_token', 'id_token', 'id_token_hint'],
    ...['logout_token', 'subject_token', 'actor_token', 'assertion', 'client_assertion', 'jwt'],
    ...['code_verifier', 'code_challenge', 'state', 'nonce', 'csrf', 'ticket', 'otp', 'handle'],
    ...['device_code', 'user_code', 'one_time_code', 'password_step', 'proof', 'dpop'],
    ...['registration_access_token', 'initial_token', 'initial_access_token'],
    ...['handle_hash', 'cookie', 'cookies', 'set-cookie', 'authorization', 'proxy-authorization'],
    ...[
      'credentials',
      'redis_url',
      'directory_url',
      'query',
      'body',
      'form',
      'rawHeaders',
      'sec-websocket-protocol',
    ],
  ].map(plainName),
)

/** Names whose value is an address: what follows the path can carry codes and tokens. */
const ADDRESS_NAMES = new Set(
  [
    ...['url', 'uri', 'path', 'originalUrl', 'location', 'referer', 'referrer', 'href'],
    ...['redirect_uri', 'post_logout_redirect_uri', 'next'],
  ].map(plainName),
)

function plainName(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '')
}

/** What a field's name says about its value. */
interface FieldName {
  /** As it is written. */
  readonly text: string
  readonly plain: string
  readonly isSecret: boolean
  readonly isAddress: boolean
}

/** Names that were looked at before. Ours are few and short; those of others must not fill the memory. */
const knownNames = new Map<string, FieldName>()
const MOST_NAMES = 500
const MOST_NAME_CHARS = 64

function fieldName(name: string): FieldName {
  const known = knownNames.get(name)
  if (known !== undefined) return known
  const plain = plainName(name)
  const looked = {
    text: cleanText(name, NO_NAME),
    plain,
    isSecret: SECRET_NAMES.has(plain),
    isAddress: ADDRESS_NAMES.has(plain),
  }
  const isWorthIt = name.length <= MOST_NAME_CHARS && knownNames.size < MOST_NAMES
  if (isWorthIt) knownNames.set(name, looked)
  return looked
}

const NO_NAME: FieldName = { text: '', plain: '', isSecret: false, isAddress: false }

/** What secrets look like wherever they stand; `$1` is kept. */
const SECRET_LOOKS: readonly (readonly [RegExp, string])[] = [
  // Three parts of a JWT, also when the last is cut off.
  [/\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)*/g, REDACTED],
  // Our codes, refresh tokens and cookies, packages/protocol/src/ids.ts. A session id alone may be written.
  [/\b[cd]\d{1,4}_[\w-]{43}/g, REDACTED],
  [/(\bs\d{1,4}_[\w-]{22})\.[\w-]{43}/g, `$1.${REDACTED}`],
  [/(:request_uri:)[\w-]{43}/g, `$1${REDACTED}`],
  [/(\bs\d{1,4}_[\w-]{22})~[\w-]{8}\.\d+\.[\w-]+/g, `$1~${REDACTED}`],
  [/\b(Bearer|Basic|DPoP)\s+[\w.~+/=-]{6,}/gi, `$1 ${REDACTED}`],
  [
    /([?&#;](?:[\w-]*token(?:_hint)?|[\w-]*code|state|nonce|password|(?:client_)?secret|ticket)=)[^&#\s"']*/gi,
    `$1${REDACTED}`,
  ],
  [/\b([a-z][a-z\d+.-]*:\/\/)[^\s/@"']+@/gi, `$1${REDACTED}@`],
  [/(?:\$(?:argon2\w*|scrypt|2[aby]|pbkdf2[\w-]*)|\b(?:pbkdf2_\w+|scrypt))\$\S+/g, REDACTED],
  [/\bsha256:[\w-]{43}/g, REDACTED],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, REDACTED],
]

/** Something that every one of the looks has: most texts have none of it and need no further search. */
const SUSPECT = /[=@~$]|eyJ|\b[cd]\d|_[\w-]{22}\.|:request_uri:|sha256:|KEY-|bearer|basic|dpop/i

/** Nothing in these is cut off from an address or made visible. */
const HARMLESS = /^[\w .,:/()-]*$/

/** Controls, line separators and marks that turn the direction of writing. Line ends of a stack are data, not lines. */
const STEERING = /(?!\n)[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** One JSON line in, one JSON line out. */
export function cleanLogLine(line: string): string {
  try {
    return `${JSON.stringify(cleanValue(JSON.parse(line), NO_NAME, 0))}\n`
  } catch {
    // Nothing that is not understood is written.
    return '{"level":50,"msg":"a log line could not be read and was left out"}\n'
  }
}

function cleanValue(value: unknown, name: FieldName, depth: number): unknown {
  if (name.isSecret) return value === null ? null : REDACTED
  if (typeof value === 'string')
    return name.plain === 'code' ? cleanCode(value) : cleanText(value, name)
  if (typeof value !== 'object' || value === null) return value
  if (name.plain === 'code' && !Array.isArray(value)) return REDACTED
  if (depth >= MAX_DEPTH) return '[deep]'
  if (Array.isArray(value)) {
    return value.slice(0, MAX_ITEMS).map((item) => cleanValue(item, name, depth + 1))
  }
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MAX_ITEMS)
      .map(([key, inner]) => {
        const name = fieldName(key)
        return [name.text, cleanValue(inner, name, depth + 1)]
      }),
  )
}

/** `code` is the name of error codes, which are words, and of authorization codes, which are not. */
function cleanCode(value: string): string {
  return /^(?:[a-z]{1,20}(?:[-_][a-z]{1,20}){0,6}|[A-Z][A-Z0-9_]{2,40})$/.test(value)
    ? value
    : REDACTED
}

function cleanText(value: string, { plain, isAddress }: FieldName): string {
  const limit = plain === 'stack' ? MAX_STACK_CHARS : MAX_TEXT_CHARS
  if (value.length <= limit && HARMLESS.test(value) && !SUSPECT.test(value)) return value
  // Cut generously before the patterns run, so that a long text costs little, and exactly afterwards.
  let text = value.slice(0, 2 * MAX_STACK_CHARS)
  if (isAddress) text = text.split(/[?#]/, 1)[0] ?? ''
  if (SUSPECT.test(text)) {
    for (const [look, instead] of SECRET_LOOKS) text = text.replace(look, instead)
  }
  if (value.length > limit || text.length > limit) {
    text = `${text.slice(0, limit)}… (${value.length} characters)`
  }
  return text.toWellFormed().replace(STEERING, visible)
}

/** `\x1b` as four visible characters: it stays visible when a reader turns JSON back into text. */
function visible(character: string): string {
  const code = character.charCodeAt(0).toString(16)
  return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`
}
