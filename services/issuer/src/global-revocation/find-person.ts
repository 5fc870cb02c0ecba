/** The person that a subject identifier names: RFC 9493 section 3. */
import type { User, Users } from '@latchkey/directory'
import { isUserSubject } from '@latchkey/protocol'

export type FoundPerson =
  | { readonly kind: 'found'; readonly sub: string }
  | { readonly kind: 'unknown' }
  /** It is no identifier at all. */
  | { readonly kind: 'malformed' }
  /** A format, or an issuer, by which nobody is known here, or an address that several people have. */
  | { readonly kind: 'unprocessable' }

const MOST_CHARS = 512
const PAGE = 100

export async function findPerson(
  subject: unknown,
  issuer: string,
  users: Pick<Users, 'find' | 'list'>,
): Promise<FoundPerson> {
  if (typeof subject !== 'object' || subject === null) return { kind: 'malformed' }
  const { format, iss, sub, id, email } = subject as Readonly<Record<string, unknown>>
  switch (format) {
    case 'iss_sub':
      if (!isText(iss) || !isText(sub)) return { kind: 'malformed' }
      return iss === issuer ? await bySubject(sub, users) : { kind: 'unprocessable' }
    case 'opaque':
      return isText(id) ? await bySubject(id, users) : { kind: 'malformed' }
    case 'email':
      return isText(email) ? await byEmail(email, users) : { kind: 'malformed' }
    default:
      return { kind: isText(format) ? 'unprocessable' : 'malformed' }
  }
}

async function bySubject(sub: string, users: Pick<Users, 'find'>): Promise<FoundPerson> {
  if (!isUserSubject(sub) || !(await users.find(sub))) return { kind: 'unknown' }
  return { kind: 'found', sub }
}

async function byEmail(email: string, users: Pick<Users, 'list'>): Promise<FoundPerson> {
  const found: User[] = []
  let after = ''
  for (;;) {
    // Finds parts of names as well: only the whole address counts.
    const page = await users.list({ after, limit: PAGE, search: email.slice(0, 254) })
    found.push(...page.filter((user) => user.email?.toLowerCase() === email.toLowerCase()))
    const last = page.at(-1)
    if (page.length < PAGE || last === undefined) break
    after = last.sub
  }
  const [person] = found
  if (person === undefined) return { kind: 'unknown' }
  return found.length === 1 ? { kind: 'found', sub: person.sub } : { kind: 'unprocessable' }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MOST_CHARS
}
