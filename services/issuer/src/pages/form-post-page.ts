import { createHash } from 'node:crypto'
import { html, trusted } from './html.ts'
import { form, layout, name } from './layout.ts'
import type { Locale } from './locale.ts'
import { CATALOGUES, fill } from './messages/fill.ts'
import { placeOf } from './place-of.ts'

/** The only script of all pages: nobody should have to press a button to get back to an app. The button works without it. */
const SCRIPT = 'document.forms[0].submit()'

/** For `script-src`: only this very text runs, and only on this page. */
export const FORM_POST_SCRIPT_HASH = `'sha256-${createHash('sha256').update(SCRIPT).digest('base64')}'`

export interface FormPostPage {
  readonly locale: Locale
  /** The redirect URI of the client. */
  readonly action: string
  /** The response, one field for each parameter. */
  readonly fields: Readonly<Record<string, string>>
}

/** OAuth 2.0 Form Post Response Mode section 2: the response as a form that the browser posts to the client. */
export function formPostPage({ locale, action, fields }: FormPostPage): string {
  const messages = CATALOGUES[locale]
  const place = name(placeOf(action))
  return layout({
    locale,
    title: messages.formPostTitle,
    main: html`<h1>${messages.formPostTitle}</h1>
<p class="soft">${fill(messages.formPostText, { place })}</p>
${form(
  action,
  fields,
  html`<button id="continue" name="continue" value="1" type="submit">${messages.formPostButton}</button>`,
)}
${trusted(`<script>${SCRIPT}</script>`)}`,
  })
}
