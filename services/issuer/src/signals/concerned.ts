/** Whether a receiver may hear of an event: only of people that it knows, and that it has not told us to leave out. */
import type { Client, Directory, Stream } from '@latchkey/directory'
import type { Store } from '@latchkey/store'
import type { SubjectFor } from '../minting/subject.ts'
import type { EventSubject } from './events-of-entry.ts'
import { textsOfPerson } from './subjects.ts'

export interface ConcernedDeps {
  readonly directory: {
    readonly streams: Pick<Directory['streams'], 'isAcquainted' | 'excludes'>
    readonly users: Pick<Directory['users'], 'find'>
  }
  readonly outbox: Pick<Store['outbox'], 'ofSession'>
  readonly subjectFor: SubjectFor
}

export async function isConcerned(
  stream: Stream,
  client: Client,
  subject: EventSubject,
  deps: ConcernedDeps,
): Promise<boolean> {
  if (subject.kind === 'everybody') return true
  if (!(await knows(client.id, subject, deps))) return false
  const { streams, users } = deps.directory
  const user = await users.find(subject.sub)
  const texts = textsOfPerson(client, subject.sub, user, deps.subjectFor)
  return !(await streams.excludes(stream.id, texts))
}

/**
 * A session concerns the clients that took part in it: the step that ended it put them into the outbox, all of them. What else
 * happens to a person concerns the clients where the person has signed in.
 */
async function knows(
  clientId: string,
  subject: Exclude<EventSubject, { kind: 'everybody' }>,
  deps: ConcernedDeps,
): Promise<boolean> {
  if (subject.kind === 'user') {
    return await deps.directory.streams.isAcquainted(clientId, subject.sub)
  }
  const told = await deps.outbox.ofSession(subject.sid)
  return told.some((delivery) => delivery.clientId === clientId)
}
