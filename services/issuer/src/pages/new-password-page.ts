import { type Html, html } from './html.ts'
import { form, layout, person } from './layout.ts'
import type { Locale } from './locale.ts'
import type { Messages } from './messages/en.ts'
import { CATALOGUES, fill } from './messages/fill.ts'
import { waitText } from './sign-in-page.ts'

export type NewPasswordError =
  | { readonly kind: 'different' | 'same' | 'short' | 'long' }
  | { readonly kind: 'busy' | 'throttled'; readonly retryAfterSeconds: number }

/** Status of the answer. */
export const NEW_PASSWORD_STATUS = {
  ...{ different: 400, same: 400, short: 400, long: 400 },
  ...{ busy: 503, throttled: 429 },
} as const

export interface NewPasswordPage {
  readonly locale: Locale
  readonly user: { readonly username: string; readonly name?: string }
  /** Characters at least. */
  readonly least: number
  /** Path that the form is posted to. */
  readonly action: string
  readonly hidden: Readonly<Record<string, string>>
  readonly error?: NewPasswordError | undefined
}

/** The last page of a sign-in with a password that others know. Nobody is signed in before there is another one. */
export function newPasswordPage(page: NewPasswordPage): string {
  const messages = CATALOGUES[page.locale]
  const invalid = page.error && html` aria-invalid="true" aria-describedby="error"`
  return layout({
    locale: page.locale,
    title: messages.newPasswordTitle,
    main: html`<h1>${messages.newPasswordTitle}</h1>
<p class="soft">${fill(messages.newPasswordText, { user: person(page.user) })}</p>
${alert(messages, page)}
${form(
  page.action,
  page.hidden,
  // Password managers store what is sent together with a user name.
  html`<input name="username" type="text" value="${page.user.username}" autocomplete="username" hidden readonly>
${field('new-password', messages.newPassword, html`${invalid} autofocus`)}
${field('new-password-again', messages.newPasswordAgain, html`${invalid}`)}
<p class="note">${fill(messages.newPasswordRule, { least: page.least })}</p>
<button id="sign-in" name="sign-in" value="1" type="submit">${messages.newPasswordSend}</button>
<button class="second" id="start-again" name="start-again" value="1" type="submit" formnovalidate>${messages.codeAgain}</button>`,
)}`,
  })
}

function field(id: string, label: string, more: Html): Html {
  return html`<div class="field">
<label for="${id}">${label}</label>
<input id="${id}" name="${id}" type="password" required autocomplete="new-password"${more}>
</div>`
}

function alert(messages: Messages, { error, least }: NewPasswordPage): Html | undefined {
  if (error === undefined) return undefined
  return html`<div class="alert" id="error" role="alert" tabindex="-1"><p>${errorText(messages, error, least)}</p></div>`
}

function errorText(messages: Messages, error: NewPasswordError, least: number): Html {
  switch (error.kind) {
    case 'different':
      return html`${messages.errorPasswordsDiffer}`
    case 'same':
      return html`${messages.errorPasswordSame}`
    case 'short':
      return fill(messages.errorPasswordShort, { least })
    case 'long':
      return html`${messages.errorPasswordLong}`
    case 'busy':
      return fill(messages.errorBusy, { seconds: Math.max(1, Math.ceil(error.retryAfterSeconds)) })
    case 'throttled':
      return waitText(messages, error.retryAfterSeconds)
  }
}
