/** One round: sign in, break, end, mend, look whether everything is as it was promised. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ClusterFault } from './cluster-fault.ts'
import type { Fault } from './faults.ts'
import { type Environment, isHealthy } from './is-healthy.ts'
import type { Ledger, Session } from './ledger.ts'
import type { Lives } from './lives.ts'
import type { Plan } from './plan.ts'

export interface RoundReport {
  readonly fault: string
  /** Sessions whose end was acknowledged in this round. */
  readonly ended: number
  /** The longest time after an acknowledged end at which a request was sent that was still accepted. */
  readonly slowestMs: number
  /** From mending until every service and the issuer answered again. */
  readonly recoveredMs: number
  readonly violations: number
}

export interface Rounds {
  /** Waits until the whole cluster answers. @throws ClusterFault when it does not within `recoverMs` */
  warmUp(): Promise<void>
  run(fault: Fault, tell: (what: 'breaking' | 'mending') => void): Promise<RoundReport>
}

export function rounds(plan: Plan, life: Lives, book: Ledger, env: Environment): Rounds {
  return {
    warmUp: async () => {
      const { all } = await signInAll(plan, life)
      for (const session of all) await life.answersAgain(session, performance.now())
      await Promise.all(all.map(life.leave))
      const [first] = book.violations
      if (first)
        throw new ClusterFault(`before anything is broken, ${first.where}: ${first.detail}`)
    },
    run: async (fault, tell) => {
      book.during(fault.name)
      if (!(await isHealthy(plan, env))) book.notRecovered('healthy', 'the command went on failing')
      const [violationsBefore, endsBefore] = [book.violations.length, book.slowest.length]
      const { early, late, living, all } = await signInAll(plan, life)
      for (const session of all) await life.answersAgain(session, performance.now())

      tell('breaking')
      const broken = sleep(plan.faultMs)
      const beginning = Promise.resolve(fault.begin())
      const ends = early.map((session) => life.end(session, plan.faultMs + plan.recoverMs))
      await beginning
      const refreshing = living.map(life.refresh)
      await broken

      tell('mending')
      const mendingMs = performance.now()
      await fault.mend()
      ends.push(...late.map((session) => life.end(session, plan.recoverMs)))
      await Promise.all([...ends, ...refreshing])
      const recovered = living.map((session) => life.answersAgain(session, mendingMs))
      const recoveredMs = Math.max(0, ...(await Promise.all(recovered)))
      await settle(all, { plan, life, book })
      const slowest = book.slowest.slice(endsBefore).map(({ ms }) => ms)
      return {
        fault: fault.name,
        ended: early.length + late.length - all.filter(isUnconfirmed).length,
        slowestMs: Math.max(0, ...slowest),
        recoveredMs,
        violations: book.violations.length - violationsBefore,
      }
    },
  }
}

/** At every service one whose session ends while something is broken, one just after, and one who lives on. */
async function signInAll({ people, services }: Plan, life: Lives) {
  const groups: Record<'early' | 'late' | 'living', Session[]> = { early: [], late: [], living: [] }
  let turn = 0
  const signIns = services.flatMap(({ audience }) =>
    Object.values(groups).map(async (group) => {
      const person = people[turn++ % people.length]
      if (person) group.push(await life.signIn(person, audience))
    }),
  )
  await Promise.all(signIns)
  return { ...groups, all: Object.values(groups).flat() }
}

function isUnconfirmed({ askedAtMs, endedAtMs }: Session): boolean {
  return askedAtMs !== undefined && endedAtMs === undefined
}

/** T after the last end nothing dead may be accepted, nor refreshed, and everything living works. */
async function settle(
  sessions: readonly Session[],
  { plan, life, book }: { plan: Plan; life: Lives; book: Ledger },
): Promise<void> {
  for (const { audience } of sessions.filter(isUnconfirmed)) {
    book.notRecovered(audience, 'its end was not acknowledged in time')
  }
  await sleep(plan.leaseMs + 100)
  await Promise.all(
    sessions.map(async (session) => {
      await life.refresh(session)
      await life.leave(session)
      if (session.askedAtMs === undefined) await life.end(session, plan.recoverMs)
    }),
  )
}
