/** Subjects as receivers name them: RFC 9493 section 3, Shared Signals Framework 1.0 section 3. */
import type { Client, User } from '@latchkey/directory'
import { InputError } from '@latchkey/protocol'
import type { SubjectFor } from '../minting/subject.ts'

const MOST_CHARS = 512

type Members = Readonly<Record<string, unknown>>

/**
 * The text under which a person is kept out of a stream; undefined for a subject that no signal is ever about (another issuer's, a
 * telephone, a device). Throws InputError `subject` for what is no subject at all.
 */
export function subjectText(subject: unknown, issuer: string): string | undefined {
  const { format, ...members } = membersOf(subject)
  switch (format) {
    case 'iss_sub': {
      const [iss, sub] = [textOf(members, 'iss'), textOf(members, 'sub')]
      return iss === issuer ? `sub ${sub}` : undefined
    }
    case 'email':
      return `email ${textOf(members, 'email').toLowerCase()}`
    case 'opaque':
      return `sub ${textOf(members, 'id')}`
    case 'complex':
      return members['user'] === undefined ? undefined : subjectText(members['user'], issuer)
    default:
      if (typeof format === 'string') return undefined
      return refuse('format')
  }
}

/** All texts that mean this person to this client. */
export function textsOfPerson(
  client: Client,
  sub: string,
  user: Pick<User, 'email'> | undefined,
  subjectFor: SubjectFor,
): string[] {
  const email = user?.email
  return [
    `sub ${subjectFor(client, sub)}`,
    ...(email === undefined ? [] : [`email ${email.toLowerCase()}`]),
  ]
}

function membersOf(subject: unknown): Members {
  if (typeof subject === 'object' && subject !== null && !Array.isArray(subject)) {
    return subject as Members
  }
  return refuse('')
}

function textOf(members: Members, name: string): string {
  const value = members[name]
  if (typeof value === 'string' && value !== '' && value.length <= MOST_CHARS) return value
  return refuse(name)
}

function refuse(member: string): never {
  throw new InputError('subject', {
    received: 'something else',
    expected: 'a subject identifier (RFC 9493)',
    where: member === '' ? 'subject' : `subject.${member}`,
  })
}
