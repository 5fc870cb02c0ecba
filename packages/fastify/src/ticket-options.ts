import { type Clock, InputError, systemRandom } from '@latchkey/protocol'
import type { ClaimProof } from '@latchkey/verifier'
import { memoryTickets } from './memory-tickets.ts'
import { sealedTickets } from './sealed-tickets.ts'
import type { SocketTickets } from './socket-ticket.ts'

export interface TicketOptions {
  /** Where pages ask for one, by POST. Default `/latchkey/ticket`. */
  readonly path?: string
  /**
   * For a service of several processes: at least 32 bytes, the same in all of them. A list rotates: the first one seals, all of them open.
   * Default: tickets are kept in memory, and good at the process that gave them.
   */
  readonly secret?: string | readonly string[]
  /** Goes with `secret`: one memory of used tickets for all processes, like `dpop.claimProof`. */
  readonly claim?: ClaimProof
}

export interface Ticketing {
  readonly path: string
  readonly tickets: SocketTickets
}

const SECRET_BYTES = 32

/** @throws InputError `tickets` */
export function ticketing(
  options: TicketOptions,
  { service, clock }: { readonly service: string; readonly clock: Clock },
): Ticketing {
  const { path = '/latchkey/ticket', secret, claim } = options
  if (!/^(\/[A-Za-z0-9._-]+)+$/.test(path)) {
    refuse('path', JSON.stringify(path), 'a path as /latchkey/ticket')
  }
  const shared = { service, clock, random: systemRandom }
  if (secret === undefined && claim === undefined) return { path, tickets: memoryTickets(shared) }
  // One without the other would let a ticket be used once at each process.
  if (secret === undefined || claim === undefined) {
    return refuse('', secret === undefined ? 'claim alone' : 'secret alone', 'secret and claim')
  }
  const secrets = typeof secret === 'string' ? [secret] : secret
  const shortest = Math.min(...secrets.map((one) => Buffer.byteLength(one)))
  if (secrets.length === 0 || shortest < SECRET_BYTES) {
    refuse('secret', `${secrets.length} secrets, the shortest of ${shortest} bytes`, '32 bytes')
  }
  return { path, tickets: sealedTickets({ ...shared, secrets, claim }) }
}

function refuse(member: string, received: string, expected: string): never {
  throw new InputError('tickets', { received, expected, where: `tickets${member && `.${member}`}` })
}
