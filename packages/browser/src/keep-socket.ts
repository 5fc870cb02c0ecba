/** Answers the guard of a service's WebSocket, so that it goes on over a change of permissions: README of `@latchkey/fastify`. */

export interface KeepSocketOptions {
  /** Where the page gets a ticket for its fresh token, by POST. Default `/latchkey/ticket`, which `@latchkey/fastify` serves. */
  ticketUrl?: string
  /** Default: the page that this runs in. */
  fetch?: (
    url: string,
    init: { method: 'POST' },
  ) => Promise<{ readonly status: number; json(): Promise<unknown> }>
}

/** The part of a WebSocket that is used here. */
export interface KeptSocket {
  addEventListener(type: 'message', listener: (event: GuardEvent) => void): void
  send(text: string): void
}

interface GuardEvent {
  readonly data: unknown
  stopImmediatePropagation(): void
}

/**
 * Call it before any other listener for messages is added, on a socket that offered the subprotocol `latchkey.renew`: those then never
 * see the guard's frames. When no ticket is to be had nothing is sent, and the guard closes the socket with its own code.
 */
export function keepSocket(socket: KeptSocket, options: KeepSocketOptions = {}): void {
  const { ticketUrl = '/latchkey/ticket', fetch: ask = globalThis.fetch } = options

  async function renew(): Promise<void> {
    const answer = await ask(ticketUrl, { method: 'POST' })
    if (answer.status !== 200) return
    const { ticket } = (await answer.json()) as { ticket: string }
    socket.send(JSON.stringify({ latchkey: 'renew', with: ticket }))
  }

  socket.addEventListener('message', (event) => {
    const { data } = event
    if (typeof data !== 'string' || !data.startsWith('{"latchkey":"')) return
    event.stopImmediatePropagation()
    if (data.startsWith('{"latchkey":"renew",')) renew().catch(() => {})
  })
}
