/** Questions about refused requests from one issuer process to the others, through the store: each looks for one every T/5. */
import { type Clock, nowSeconds, type Random, randomId, type Scheduler } from '@latchkey/protocol'
import type { DocumentStore } from '@latchkey/store'
import type { FindRefusedHere, RefusedFindings } from './refused-findings.ts'

export interface RefusedExchange {
  /**
   * What these processes, and whichever else has refused it, say in time: the slowest looks after T/5, and asks its verifiers for a
   * second. The last who asks at the same moment is answered.
   */
  ask(request: string, processes: readonly string[]): Promise<readonly RefusedFindings[]>
  /** Answers others from now on. */
  start(): void
  stop(): void
}

export interface RefusedExchangeDeps {
  readonly documents: DocumentStore
  /** As verifiers' presence names this process. */
  readonly process: string
  readonly find: FindRefusedHere
  readonly leaseMs: number
  readonly clock: Pick<Clock, 'nowMs'>
  readonly scheduler: Scheduler
  readonly random: Random
}

/** In the place of a process: whichever has refused the request itself. */
export const ANY_PROCESS = '*'

const QUESTION = 'refused-question'
const ANSWER = 'refused-answer'
const KEEP_SECONDS = 10
const LOOK_MS = 100
const VERIFIERS_MS = 1200

interface Question {
  readonly id: string
  readonly request: string
}

export function refusedExchange(deps: RefusedExchangeDeps): RefusedExchange {
  const { documents, process, clock, scheduler, leaseMs } = deps
  let seen = ''
  let stopped = true
  let cancel = () => {}
  const put = (kind: string, id: string, value: object) => {
    const now = nowSeconds(clock)
    return documents.put(kind, id, JSON.stringify(value), now + KEEP_SECONDS, now)
  }
  const get = async <T>(kind: string, id: string): Promise<T | undefined> => {
    const text = await documents.get(kind, id, nowSeconds(clock))
    return text === undefined ? undefined : (JSON.parse(text) as T)
  }

  async function answer(): Promise<void> {
    const question = await get<Question>(QUESTION, 'latest')
    if (question === undefined || question.id === seen) return
    seen = question.id
    const found = await deps.find(question.request)
    await put(ANSWER, `${question.id} ${process}`, found)
    if (found.issuer === undefined) return
    // Who asks may know this process by no verifier.
    await put(ANSWER, `${question.id} ${ANY_PROCESS}`, { ...found, services: [] })
  }

  function lookAgain(): void {
    cancel = scheduler.after(leaseMs / 5, async () => {
      // A store that is away is told by the heartbeat; who asked hears that this process said nothing.
      await answer().catch(() => {})
      if (!stopped) lookAgain()
    })
  }

  return {
    ask: async (request, processes) => {
      if (processes.length === 0) return []
      const id = randomId(deps.random)
      // This process has been asked already.
      seen = id
      await put(QUESTION, 'latest', { id, request } satisfies Question)
      const missing = new Set(processes)
      const found: RefusedFindings[] = []
      for (let waited = 0; waited < leaseMs / 5 + VERIFIERS_MS; waited += LOOK_MS) {
        await new Promise<void>((resolve) => scheduler.after(LOOK_MS, resolve))
        for (const one of [...missing]) {
          const told = await get<RefusedFindings>(ANSWER, `${id} ${one}`)
          if (told === undefined) continue
          missing.delete(one)
          found.push(told)
        }
        if (found.some(({ issuer }) => issuer)) missing.delete(ANY_PROCESS)
        if (missing.size === 0) break
      }
      return found
    },
    start: () => {
      stopped = false
      lookAgain()
    },
    stop: () => {
      stopped = true
      cancel()
    },
  }
}
