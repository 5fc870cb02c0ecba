/** The `sub` that a client knows a person by: OpenID Connect Core section 8. */
import type { KeyObject } from 'node:crypto'
import type { Client } from '@latchkey/directory'
import { isUserSubject } from '@latchkey/protocol'
import { macOf } from '../keys/mac.ts'

/** `sub` is the person's own (`u_…`); machines have one subject for everybody. */
export type SubjectFor = (client: SubjectClient, sub: string) => string

export type SubjectClient = Pick<Client, 'id' | 'subjectType' | 'sectorHost'>

/**
 * Public clients get the person's own subject. Pairwise ones get a MAC of it, so that clients of two sectors cannot tell that
 * they know the same person (section 8.1); the key is derived with `latchkey/pairwise/v1` and never changes, or
 * everybody would become a stranger.
 */
export function subjects(key: KeyObject): SubjectFor {
  return (client, sub) => {
    if (client.subjectType !== 'pairwise' || !isUserSubject(sub)) return sub
    if (client.sectorHost === undefined) {
      throw new Error(`the pairwise client ${client.id} was saved without its sector`)
    }
    const text = withLength(client.sectorHost) + withLength(sub)
    return `p_${macOf(key, text)}`
  }
}

/** Lengths keep two lists of fields from making one text. Hosts and subjects are ASCII: a character is a byte. */
function withLength(field: string): string {
  return `${field.length}:${field}`
}
