/** Tickets that any process of a service can open: the token itself, sealed with AES-256-GCM (NIST SP 800-38D). */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import { type Clock, LIMITS, nowSeconds, type Random } from '@latchkey/protocol'
import type { ClaimProof } from '@latchkey/verifier'
import {
  type SocketTicket,
  type SocketTickets,
  TICKET_SECONDS,
  ticketBytes,
  ticketText,
} from './socket-ticket.ts'

export interface SealedTicketsDeps {
  /** The first one seals, all of them open. */
  readonly secrets: readonly string[]
  /** Says once, for all processes together, that a ticket is `new`. */
  readonly claim: ClaimProof
  readonly service: string
  readonly clock: Pick<Clock, 'nowMs'>
  readonly random: Random
}

const SALT_BYTES = 16
const TAG_BYTES = 16
/** Each clock may be off so far, in either direction. */
const CLOCKS_SECONDS = 2 * LIMITS.clockSkewSeconds

interface Sealed extends SocketTicket {
  readonly expiresAt: number
}

export function sealedTickets(deps: SealedTicketsDeps): SocketTickets {
  const { secrets, claim, service, clock, random } = deps
  const [first = ''] = secrets
  return {
    issue: ({ token, route }) => {
      const salt = random.bytes(SALT_BYTES)
      const expiresAt = nowSeconds(clock) + TICKET_SECONDS
      const { key, nonce } = keyOf(first, salt, service)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      const text = JSON.stringify({ token, route, expiresAt } satisfies Sealed)
      const sealed = [cipher.update(text, 'utf8'), cipher.final()]
      return ticketText(Buffer.concat([salt, ...sealed, cipher.getAuthTag()]))
    },
    spend: async (text) => {
      const bytes = ticketBytes(text)
      if (bytes === undefined || bytes.length < SALT_BYTES + TAG_BYTES) return undefined
      const opened = secrets.flatMap((secret) => open(bytes, secret, service) ?? [])[0]
      if (opened === undefined) return undefined
      const leftSeconds = opened.expiresAt - nowSeconds(clock)
      if (leftSeconds <= 0) return undefined
      // Only what is ours is remembered, and only as long as it would be good, at a process whose clock is behind, too.
      const name = bytes.subarray(0, SALT_BYTES).toString('base64url')
      return (await claim(name, leftSeconds + CLOCKS_SECONDS)) === 'new' ? opened : undefined
    },
  }
}

/** A key and nonce of each ticket's own: no nonce can come twice under one key, however many there are. */
function keyOf(secret: string, salt: Buffer, service: string) {
  const bytes = Buffer.from(hkdfSync('sha256', secret, salt, `latchkey/ticket/v1 ${service}`, 44))
  return { key: bytes.subarray(0, 32), nonce: bytes.subarray(32) }
}

function open(bytes: Buffer, secret: string, service: string): Sealed | undefined {
  const { key, nonce } = keyOf(secret, bytes.subarray(0, SALT_BYTES), service)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
  try {
    const text = [decipher.update(bytes.subarray(SALT_BYTES, -TAG_BYTES)), decipher.final()]
    return JSON.parse(Buffer.concat(text).toString()) as Sealed
  } catch {
    // Changed, of another service, or sealed with a secret that is gone: there is no such ticket.
    return undefined
  }
}
