import { type Html, html } from './html.ts'
import { name } from './layout.ts'
import type { Messages } from './messages/en.ts'
import { fill } from './messages/fill.ts'

/** A service that an app may use for a person. */
export interface ServiceUse {
  readonly name: string
  /** The only routes that it may call there, as grants; empty: whatever the person may call. */
  readonly routes: readonly string[]
}

/**
 * RFC 9396 section 9: the person sees what exactly is asked, and afterwards what exactly was allowed.
 * @param whole how it is said when all routes are meant, with a place for `service`
 */
export function serviceUse(messages: Messages, use: ServiceUse, whole: string): Html {
  const service = name(use.name)
  if (use.routes.length === 0) return fill(whole, { service })
  const listed = use.routes.map(
    (route, index) => html`${index > 0 ? ', ' : undefined}<code>${route}</code>`,
  )
  return html`${fill(messages.consentRoutes, { service })} ${listed}`
}
