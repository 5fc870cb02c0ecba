import type { OutboxStore } from '../store.ts'
import type { SqliteContext } from './context.ts'

export function sqliteOutbox({ read, write, deliveryTable }: SqliteContext): OutboxStore {
  return {
    add: async (session, expiresAt, now) => write(() => deliveryTable.add(session, expiresAt, now)),

    claim: async (limit, leaseSeconds, now) =>
      write(() => {
        deliveryTable.sweep(now)
        return deliveryTable.lease(limit, leaseSeconds, now)
      }),

    settle: async (id, outcome, now) => write(() => deliveryTable.settle(id, outcome, now)),

    ofSession: async (sid) => read(() => deliveryTable.ofSession(sid)),

    list: async (limit) => read(() => deliveryTable.newest(limit)),
  }
}
