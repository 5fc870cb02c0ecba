import { createHash } from 'node:crypto'

/**
 * `<sid>~<16 hex digits>`: names its partition, and is the same however often one end is written down. SHA-1 of the client's
 * id, because that is what Redis offers inside scripts; lua/include/outbox.lua is the twin.
 */
export function deliveryId(sid: string, clientId: string): string {
  return `${sid}~${createHash('sha1').update(clientId).digest('hex').slice(0, 16)}`
}
