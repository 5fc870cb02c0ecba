import { type Html, html } from './html.ts'
import { form, layout, person } from './layout.ts'
import type { Locale } from './locale.ts'
import type { Messages } from './messages/en.ts'
import { CATALOGUES, fill } from './messages/fill.ts'
import { waitText } from './sign-in-page.ts'

export type CodeError =
  | { readonly kind: 'refused' }
  | { readonly kind: 'throttled'; readonly retryAfterSeconds: number }

/** Status of the answer. */
export const CODE_STATUS = { refused: 401, throttled: 429 } as const

export interface CodePage {
  readonly locale: Locale
  readonly user: { readonly username: string; readonly name?: string }
  /** Path that the form is posted to. */
  readonly action: string
  readonly hidden: Readonly<Record<string, string>>
  readonly error?: CodeError | undefined
}

/** The second page of a sign-in: the one-time code. Nobody is signed in before it is right. */
export function codePage(page: CodePage): string {
  const messages = CATALOGUES[page.locale]
  return layout({
    locale: page.locale,
    title: messages.codeTitle,
    main: html`<h1>${messages.codeTitle}</h1>
<p class="soft">${fill(messages.codeText, { user: person(page.user) })}</p>
${codeAlert(messages, page.error)}
${form(
  page.action,
  page.hidden,
  html`${codeField(messages, page.error, html` autofocus`)}
<button id="sign-in" name="sign-in" value="1" type="submit">${messages.codeSend}</button>
<button class="second" id="start-again" name="start-again" value="1" type="submit" formnovalidate>${messages.codeAgain}</button>`,
)}`,
  })
}

/** One field of digits that phones fill in by themselves. Never with a value: a code is used once. */
export function codeField(messages: Messages, error?: CodeError, focus?: Html): Html {
  const invalid =
    error?.kind === 'refused' ? html` aria-invalid="true" aria-describedby="error"` : undefined
  return html`<div class="field">
<label for="code">${messages.codeLabel}</label>
<input id="code" name="code" type="text" required${focus} inputmode="numeric" autocomplete="one-time-code"
 pattern="[0-9 ]*" maxlength="16" spellcheck="false"${invalid}>
</div>`
}

export function codeAlert(messages: Messages, error: CodeError | undefined): Html | undefined {
  if (error === undefined) return undefined
  const text =
    error.kind === 'refused'
      ? html`${messages.errorCode}`
      : waitText(messages, error.retryAfterSeconds)
  return html`<div class="alert" id="error" role="alert" tabindex="-1"><p>${text}</p></div>`
}
