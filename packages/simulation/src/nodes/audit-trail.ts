/** The audit records in SQL: what was written there stays, whatever happens to the store. */
import type { Audit, AuditRecord } from '@latchkey/directory'
import type { Chance } from '../chance.ts'
import type { Host } from '../time/host.ts'
import type { World } from '../time/world.ts'

export interface AuditTrail {
  /** As one process reaches it. */
  through(host: Host): Pick<Audit, 'append' | 'list'>
}

const ROUND_TRIP_MS = [0.5, 4] as const

export function auditTrail(world: World, chance: Chance): AuditTrail {
  /** Oldest first; the database does its work half-way between question and answer. */
  const records: AuditRecord[] = []
  const query = <T>(host: Host, work: () => T) =>
    new Promise<T>((resolve) => {
      world.after(chance.ms(ROUND_TRIP_MS[0] / 2, ROUND_TRIP_MS[1] / 2), () => {
        const answer = work()
        const backMs = chance.ms(ROUND_TRIP_MS[0] / 2, ROUND_TRIP_MS[1] / 2)
        world.after(backMs, () => host.deliver(() => resolve(answer)))
      })
    })
  return {
    through: (host) => ({
      append: (record) =>
        query(host, () => {
          records.push({ ...record, id: records.length + 1 })
        }),
      list: ({ before = Number.POSITIVE_INFINITY, limit, action }) =>
        query(host, () =>
          records
            .filter((record) => record.id < before && record.action === (action ?? record.action))
            .reverse()
            .slice(0, limit),
        ),
    }),
  }
}
