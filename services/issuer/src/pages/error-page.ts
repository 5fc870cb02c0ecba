import { type Html, html } from './html.ts'
import { badge, layout } from './layout.ts'
import type { Locale } from './locale.ts'
import type { Messages } from './messages/en.ts'
import { CATALOGUES } from './messages/fill.ts'

/** What to tell the person; the details are for those who run the app. */
const TEXTS = {
  client: ['errorClientTitle', 'errorClientText'],
  redirect: ['errorRedirectTitle', 'errorRedirectText'],
  request: ['errorRequestTitle', 'errorRequestText'],
  origin: ['errorOriginTitle', 'errorOriginText'],
  'not-found': ['errorNotFoundTitle', 'errorNotFoundText'],
  server: ['errorServerTitle', 'errorServerText'],
} as const satisfies Record<string, readonly [keyof Messages, keyof Messages]>

/**
 * client: unknown or disabled client. redirect: redirect URI missing or not registered. request: any other mistake of
 * the app. origin: the form did not come from our page. not-found: no such page. server: our fault.
 */
export type ErrorPageKind = keyof typeof TEXTS

export interface ErrorPage {
  readonly locale: Locale
  readonly kind: ErrorPageKind
  /** OAuth error code, as it would be on the wire. */
  readonly code?: string
  /** English, for developers; escaped like everything else, because it may repeat what the request said. */
  readonly description?: string
  /** Id of the request, so that the log line can be found. */
  readonly reference?: string
}

/** Instead of a redirect, wherever there is no proven address to redirect to: RFC 6749 section 4.1.2.1. */
export function errorPage(page: ErrorPage): string {
  const messages = CATALOGUES[page.locale]
  const [title, text] = TEXTS[page.kind]
  return layout({
    locale: page.locale,
    title: messages[title],
    main: html`${badge('bad')}<h1>${messages[title]}</h1>
<p class="soft">${messages[text]}</p>
${details(messages, page)}`,
  })
}

function details(
  messages: Messages,
  { code, description, reference }: ErrorPage,
): Html | undefined {
  const rows = [
    { id: 'error-code', label: messages.detailCode, value: code },
    { id: 'error-description', label: messages.detailDescription, value: description },
    { id: 'error-reference', label: messages.detailReference, value: reference },
  ].filter(({ value }) => value !== undefined)
  if (rows.length === 0) return undefined
  return html`<details open>
<summary>${messages.details}</summary>
<dl>
${rows.map(({ id, label, value }) => html`<dt>${label}</dt><dd id="${id}" lang="en" dir="auto">${value}</dd>\n`)}</dl>
</details>`
}
