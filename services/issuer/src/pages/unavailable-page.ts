import { html } from './html.ts'
import { badge, layout } from './layout.ts'
import type { Locale } from './locale.ts'
import { CATALOGUES } from './messages/fill.ts'

/** With status 503 and Retry-After, when the store or the directory does not answer. Cookies stay as they are. */
export function unavailablePage({ locale }: { locale: Locale }): string {
  const messages = CATALOGUES[locale]
  return layout({
    locale,
    title: messages.unavailableTitle,
    main: html`${badge('calm')}<h1>${messages.unavailableTitle}</h1>
<p class="soft">${messages.unavailableText}</p>`,
  })
}
