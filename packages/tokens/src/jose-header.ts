import { decodeBase64url, encodeBase64url } from './base64url.ts'
import { type KeyRecord, NAMELESS } from './key-record.ts'

/** The protected header of a compact JWS: RFC 7515 section 4. */
export interface JoseHeader {
  readonly alg: string | undefined
  readonly typ: string | undefined
  readonly kid: string | undefined
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

/** One member of the flat object that a header is: no escapes, no control characters, ASCII only. */
const MEMBER = /[ \t\r\n]*"(alg|typ|kid)"[ \t\r\n]*:[ \t\r\n]*"([ !#-[\]-~]*)"[ \t\r\n]*/y

/**
 * Reads a header segment with a reader of its own: headers come from anybody, before any signature, and must be refused
 * cheaply (`JSON.parse` throws). Only `alg`, `typ` and `kid`, each at most once, are allowed; so `crit`, `jwk`, `jku`,
 * `x5u`, `x5c`, `b64` and `zip` are refused whatever they say (RFC 8725 section 3.10). Escapes are legal JSON and
 * never needed here: they could only hide a name.
 */
export function readJoseHeader(segment: string): JoseHeader | 'not_canonical' | 'bad_header' {
  const bytes = decodeBase64url(segment)
  if (!bytes) return 'not_canonical'
  const text = bytes.toString('latin1')
  const header: Writable<JoseHeader> = { alg: undefined, typ: undefined, kid: undefined }
  let at = text.search(/[^ \t\r\n]/)
  let expected = '{'
  while (text[at] === expected) {
    MEMBER.lastIndex = at + 1
    const member = MEMBER.exec(text)
    const name = member?.[1] as keyof JoseHeader | undefined
    if (name === undefined || header[name] !== undefined) return 'bad_header'
    header[name] = member?.[2]
    at = MEMBER.lastIndex
    expected = ','
  }
  const closed = expected === ',' && /^\}[ \t\r\n]*$/.test(text.slice(at))
  return closed ? header : 'bad_header'
}

const segments = new WeakMap<KeyRecord, Map<string, string>>()

/** The header segment that we write for a key and a type. Made once: signing repeats it, verifying recognises it. */
export function headerSegment(record: KeyRecord, typ: string): string {
  const ofRecord = segments.get(record) ?? new Map<string, string>()
  const known = ofRecord.get(typ)
  if (known !== undefined) return known
  const { alg, kid } = record
  const header = kid === NAMELESS ? { alg, typ } : { alg, typ, kid }
  const segment = encodeBase64url(JSON.stringify(header))
  segments.set(record, ofRecord.set(typ, segment))
  return segment
}
