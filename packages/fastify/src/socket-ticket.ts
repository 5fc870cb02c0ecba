/** One-time tickets for WebSockets: what stands for a token where a browser can set no header, and no token should be seen. */

export interface SocketTicket {
  readonly token: string
  /** The only route that it opens, as the router knows it; undefined: any. */
  readonly route: string | undefined
}

export interface SocketTickets {
  /** @param caller whose it is: nobody can use up the room of others. Undefined: there is no room (503). */
  issue(ticket: SocketTicket, caller: string): string | undefined
  /** What it stands for, for the first who asks; undefined when it is not ours, expired or used. */
  spend(text: string): SocketTicket | undefined | Promise<SocketTicket | undefined>
}

/** Long enough to open a connection. */
export const TICKET_SECONDS = 30

/** Nothing else that is shown begins so: tokens begin with the `{` of their header, `ey…`. */
const PREFIX = 'lkt_'

export function ticketText(bytes: Buffer): string {
  return PREFIX + bytes.toString('base64url')
}

export function isTicket(text: string): boolean {
  return text.startsWith(PREFIX)
}

/** The bytes behind the prefix; undefined unless the text is the one spelling of them. */
export function ticketBytes(text: string): Buffer | undefined {
  if (!isTicket(text)) return undefined
  const bytes = Buffer.from(text.slice(PREFIX.length), 'base64url')
  return ticketText(bytes) === text ? bytes : undefined
}
