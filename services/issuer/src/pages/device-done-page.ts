import { html } from './html.ts'
import { badge, layout } from './layout.ts'
import type { Locale } from './locale.ts'
import { CATALOGUES } from './messages/fill.ts'

/** The end of the flow in this browser; the device hears of it when it asks next. */
export function deviceDonePage(page: { locale: Locale; isAllowed: boolean }): string {
  const messages = CATALOGUES[page.locale]
  const [title, text] = page.isAllowed
    ? [messages.deviceAllowedTitle, messages.deviceAllowedText]
    : [messages.deviceDeniedTitle, messages.deviceDeniedText]
  return layout({
    locale: page.locale,
    title,
    main: html`${badge(page.isAllowed ? 'good' : 'calm')}<h1>${title}</h1>
<p class="soft">${text}</p>`,
  })
}
