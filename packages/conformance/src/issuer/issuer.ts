import { type Browser, browser } from '../http/browser.ts'
import { type Answer, exchange, type Send } from '../http/exchange.ts'
import { NotOffered } from '../rule/outcome.ts'
import type { ClientRole } from '../settings/client-roles.ts'
import type { ClientSettings, Settings } from '../settings/settings.ts'
import { type LogoutListener, logoutListener } from './logout-listener.ts'

export type Metadata = Readonly<Record<string, unknown>>

/** The issuer under test, as rules see it. */
export interface Issuer {
  readonly settings: Settings
  readonly metadata: Metadata
  /** How the metadata came. */
  readonly discovery: Answer
  readonly send: Send
  /** A browser in which nobody is signed in. */
  browser(): Browser
  /** The browser in which `settings.user` is signed in, for rules that end no session. */
  readonly signedIn: Browser
  client(role: ClientRole): ClientSettings
  /** An address out of the metadata. */
  endpoint(name: string): string
  /** Where logout tokens arrive; started when it is asked for first. */
  logoutTokens(): Promise<LogoutListener>
  close(): Promise<void>
}

const TIMEOUT_MS = 15_000

/** The issuer cannot be tested at all. */
export class IssuerUnusable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'IssuerUnusable'
  }
}

/**
 * Reads the metadata of the issuer.
 * @throws {IssuerUnusable} when it cannot be reached or gives no metadata.
 */
export async function connectIssuer(settings: Settings): Promise<Issuer> {
  const send = exchange({ addresses: addressesOf(settings), timeoutMs: TIMEOUT_MS })
  const discovery = await fetchMetadata(settings.issuer, send)
  const metadata = parseMetadata(discovery)
  let listener: Promise<LogoutListener> | undefined
  return {
    settings,
    metadata,
    discovery,
    send,
    browser: () => browser(send),
    signedIn: browser(send),
    client: (role) => {
      const found = settings.clients[role]
      if (found === undefined) throw new NotOffered(`the settings have no client "${role}"`)
      return found
    },
    endpoint: (name) => {
      const found = metadata[name]
      if (typeof found !== 'string') throw new NotOffered(`the issuer has no ${name}`)
      return found
    },
    logoutTokens: () => {
      if (settings.listen === undefined) throw new NotOffered('the settings have no "listen"')
      listener ??= logoutListener(settings.listen)
      return listener
    },
    close: async () => {
      const opened = await listener
      await opened?.close()
    },
  }
}

function addressesOf({ issuer, issuerAddress, protectedResource }: Settings): Map<string, string> {
  const addresses = new Map<string, string>()
  if (issuerAddress !== undefined) addresses.set(new URL(issuer).origin, issuerAddress)
  if (protectedResource?.address !== undefined) {
    addresses.set(new URL(protectedResource.resource).origin, protectedResource.address)
  }
  return addresses
}

async function fetchMetadata(issuer: string, send: Send): Promise<Answer> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  try {
    return await send({ url })
  } catch (cause) {
    throw new IssuerUnusable(`${url} cannot be reached: ${(cause as Error).message}`, { cause })
  }
}

function parseMetadata(answer: Answer): Metadata {
  try {
    const parsed: unknown = JSON.parse(answer.text)
    if (answer.status === 200 && typeof parsed === 'object' && parsed !== null) {
      return parsed as Metadata
    }
  } catch {
    // Said below, like every other answer that is no metadata.
  }
  throw new IssuerUnusable(`${answer.url} answers ${answer.status}, expected metadata as JSON`)
}
