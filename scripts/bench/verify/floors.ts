/** What a verifier cannot do without, each alone: no verification gets below the sum of those that it needs. */
import { createHmac } from 'node:crypto'
import type { BenchKey } from '../bench-tokens.ts'
import { tokenOf } from '../header-block.ts'
import type { SyncContender } from './contender.ts'

export const FLOORS = {
  header: 'floor: the fresh header string',
  hmac: 'floor: createHmac to base64url',
  json: 'floor: JSON.parse of the decoded text',
  map: 'floor: Map look-up of the whole token',
} as const

/** Makes the string that each contender begins with, and looks at nothing but its length. */
export function headerFloor(): SyncContender {
  return { name: FLOORS.header, role: 'floor', accepts: (header) => tokenOf(header).length > 0 }
}

/** The MAC of the same bytes, as the text that stands in the token. */
export function hmacFloor(key: BenchKey): SyncContender {
  const secret = key.signingKey
  return {
    name: FLOORS.hmac,
    role: 'floor',
    accepts: (header) => {
      const token = tokenOf(header)
      const dot = token.lastIndexOf('.')
      const mac = createHmac('sha256', secret).update(token.slice(0, dot)).digest('base64url')
      return mac === token.slice(dot + 1)
    },
  }
}

/** Parses one text again and again: decoding is not counted. */
export function jsonFloor(token: string): SyncContender {
  const text = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
  return {
    name: FLOORS.json,
    role: 'floor',
    accepts: () => (JSON.parse(text) as { exp: number }).exp > 0,
  }
}

/** A cache that asks nothing further. */
export function mapFloor(tokens: readonly string[]): SyncContender {
  const known = new Map(tokens.map((token) => [token, token]))
  return { name: FLOORS.map, role: 'floor', accepts: (header) => known.has(tokenOf(header)) }
}
