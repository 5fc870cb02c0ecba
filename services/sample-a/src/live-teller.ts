import type { ServiceCalls } from '@latchkey/service-client'
import type { FastifyBaseLogger } from 'fastify'

/** Tells Live what has happened, with this machine's own token. Nobody waits for it, and nothing fails with it. */
export function liveTeller(live: ServiceCalls, log: FastifyBaseLogger): (event: string) => void {
  return (event) => {
    const body = JSON.stringify({ from: 'Orders', event })
    const headers = { 'content-type': 'application/json' }
    live.fetch('/events', { method: 'POST', body, headers }).catch((err: unknown) => {
      log.warn({ err }, 'Live was not told')
    })
  }
}
