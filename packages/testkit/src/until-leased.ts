import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'

const GIVE_UP_MS = 10_000
/** Leases are asked for every second, so looking every few milliseconds is often enough. */
const LOOK_EVERY_MS = 5

/** What the Fastify plug-in decorates an app with, as far as it matters here. */
interface Latchkey {
  readonly verifier: { status(): { readonly leaseMs: number } }
}

/** Resolves when the verifier of every app that has one holds a lease. */
export async function untilLeased(apps: readonly FastifyInstance[]): Promise<void> {
  const from = performance.now()
  const verifiers = apps
    .filter((app) => app.hasDecorator('latchkey'))
    .map((app) => app.getDecorator<Latchkey>('latchkey').verifier)
  while (verifiers.some((verifier) => verifier.status().leaseMs <= 0)) {
    if (performance.now() - from > GIVE_UP_MS) throw new Error('a service gets no lease')
    await pause(LOOK_EVERY_MS)
  }
}
