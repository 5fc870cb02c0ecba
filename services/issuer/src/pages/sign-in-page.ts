import { type Html, html } from './html.ts'
import { form, layout, name } from './layout.ts'
import type { Locale } from './locale.ts'
import type { Messages } from './messages/en.ts'
import { CATALOGUES, fill } from './messages/fill.ts'

export type SignInError = 'refused' | 'busy' | 'throttled' | 'expired'

export interface SignInPage {
  readonly locale: Locale
  /** The app that asks; absent when somebody came by themselves. */
  readonly clientName?: string
  /** Path that the form is posted to. */
  readonly action: string
  /** Fields that travel with the form: the CSRF token, the id of the interaction. */
  readonly hidden: Readonly<Record<string, string>>
  /** Filled in: `login_hint`, or what was entered before. A password is never filled in. */
  readonly username?: string
  readonly error?: SignInError
  /** For `busy` and `throttled`. */
  readonly retryAfterSeconds?: number
}

/** The sign-in page. Ids and names are stable: password managers and test programs rely on them. */
export function signInPage(page: SignInPage): string {
  const messages = CATALOGUES[page.locale]
  const client =
    page.clientName === undefined
      ? undefined
      : html`<p class="soft">${fill(messages.signInTo, { client: name(page.clientName) })}</p>`
  return layout({
    locale: page.locale,
    title: messages.signIn,
    main: html`<h1>${messages.signIn}</h1>
${client}
${page.error === undefined ? undefined : alert(messages, page)}
${form(page.action, page.hidden, fields(messages, page))}
<p class="note">${messages.privacy}</p>`,
  })
}

function fields(messages: Messages, page: SignInPage): Html {
  const invalid =
    page.error === 'refused' ? html` aria-invalid="true" aria-describedby="error"` : undefined
  const focus = html` autofocus`
  const known = page.username !== undefined && page.username !== ''
  return html`<div class="field">
<label for="username">${messages.username}</label>
<input id="username" name="username" type="text" value="${page.username}" required autocomplete="username"
 autocapitalize="none" autocorrect="off" spellcheck="false"${invalid}${known ? undefined : focus}>
</div>
<div class="field">
<label for="password">${messages.password}</label>
<input id="password" name="password" type="password" required autocomplete="current-password"
${invalid}${known ? focus : undefined}>
</div>
<button id="sign-in" name="sign-in" value="1" type="submit">${messages.signIn}</button>`
}

function alert(messages: Messages, { error, retryAfterSeconds }: SignInPage): Html {
  return html`<div class="alert" id="error" role="alert" tabindex="-1">
<p><strong>${messages.errorHeading}</strong> ${errorText(messages, error, retryAfterSeconds)}</p>
</div>`
}

/** How long after too many wrong tries, in minutes that have surely passed by then. */
export function waitText(messages: Messages, seconds: number): Html {
  return fill(messages.errorThrottled, { minutes: Math.max(1, Math.ceil(seconds / 60)) })
}

function errorText(messages: Messages, error: SignInPage['error'], retryAfterSeconds = 5): Html {
  switch (error) {
    case 'busy':
      return fill(messages.errorBusy, { seconds: Math.max(1, Math.ceil(retryAfterSeconds)) })
    case 'throttled':
      return waitText(messages, retryAfterSeconds)
    case 'expired':
      return html`${messages.errorExpired}`
    case 'refused':
    case undefined:
      return html`${messages.errorRefused}`
  }
}
