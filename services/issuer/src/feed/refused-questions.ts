/** Asks the verifiers of this process what they remember of a request: docs/operate/explain.md. */
import {
  OAuthError,
  type RefusedMessage,
  type RefusedRequest,
  type Scheduler,
} from '@latchkey/protocol'
import type { Member } from './member.ts'

/** Absent `refused`: it said nothing in time. */
export interface MemberRefused {
  readonly member: Member
  readonly refused?: readonly RefusedRequest[]
}

export interface RefusedQuestions {
  /** Resolves when all have answered, within a second. @throws OAuthError temporarily_unavailable while many ask */
  ask(request: string): Promise<readonly MemberRefused[]>
  /** A verifier has answered a question; what nobody has asked it is dropped. */
  answered(member: Member, message: RefusedMessage): void
}

const WAIT_MS = 1000
/** Each question goes to every verifier: people ask one at a time. */
const MOST_QUESTIONS = 8

interface Question {
  readonly answers: Map<Member, readonly RefusedRequest[] | undefined>
  waiting: number
  settle(): void
}

export function refusedQuestions(
  members: () => readonly Member[],
  scheduler: Scheduler,
): RefusedQuestions {
  const open = new Map<number, Question>()
  let last = 0
  return {
    ask: async (request) => {
      if (open.size >= MOST_QUESTIONS) {
        throw new OAuthError('temporarily_unavailable', 'many_questions', { retryAfterSeconds: 1 })
      }
      const asked = members()
      const settled = Promise.withResolvers<void>()
      const answers: Question['answers'] = new Map(asked.map((member) => [member, undefined]))
      const id = ++last
      open.set(id, { answers, waiting: asked.length, settle: settled.resolve })
      for (const { connection } of asked) connection.send({ t: 'refused?', id, request })
      const cancel = scheduler.after(WAIT_MS, settled.resolve)
      if (asked.length > 0) await settled.promise
      cancel()
      open.delete(id)
      return [...answers].map(([member, refused]) => ({ member, ...(refused && { refused }) }))
    },
    answered: (member, { id, refused }) => {
      const question = open.get(id)
      if (!question?.answers.has(member) || question.answers.get(member)) return
      question.answers.set(member, refused)
      question.waiting -= 1
      if (question.waiting === 0) question.settle()
    },
  }
}
