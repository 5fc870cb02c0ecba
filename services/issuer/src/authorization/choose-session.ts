import type { SessionRecord } from '@latchkey/store'
import type { SubjectFor } from '../minting/subject.ts'
import type { AskedRequest } from './read-request.ts'

export type SessionChoice =
  | { readonly kind: 'one'; readonly session: SessionRecord }
  /** Nobody is signed in here, or nobody whom the request names. */
  | { readonly kind: 'none' }
  /** The person has to say which. */
  | { readonly kind: 'several'; readonly sessions: readonly SessionRecord[] }

/**
 * Which session of this browser the request is about, OpenID Connect Core section 3.1.2.3: the person whom it names, or the
 * only one there is, or the only one that this client has tokens of. To guess among several would sign people in to an app as
 * somebody whom they did not mean to be there.
 */
export function chooseSession(
  asked: AskedRequest,
  sessions: readonly SessionRecord[],
  subjectFor: SubjectFor,
): SessionChoice {
  const named = sessions.filter(({ sub }) => namesPerson(asked, sub, subjectFor))
  const [first] = named
  if (first === undefined) return { kind: 'none' }
  if (asked.chooseAccount) return { kind: 'several', sessions: named }
  if (named.length === 1) return { kind: 'one', session: first }
  const [known, another] = named.filter(({ clients }) => clients.includes(asked.client.id))
  return known !== undefined && another === undefined
    ? { kind: 'one', session: known }
    : { kind: 'several', sessions: named }
}

/** Section 3.1.2.1: when a request names somebody, nobody else's code is an answer, not even after a new sign-in. */
export function namesPerson(asked: AskedRequest, sub: string, subjectFor: SubjectFor): boolean {
  return asked.namedSubjects.every((named) => named === subjectFor(asked.client, sub))
}
