import { html } from './html.ts'
import { badge, form, layout, name } from './layout.ts'
import type { Locale } from './locale.ts'
import { CATALOGUES, fill } from './messages/fill.ts'

export interface ConfirmSignOutPage {
  readonly locale: Locale
  /** Path that the form is posted to. */
  readonly action: string
  /** The CSRF token of this form and what is needed afterwards. */
  readonly hidden: Readonly<Record<string, string>>
  /** The app that asks. */
  readonly clientName?: string
  readonly username?: string
}

/** Asked when the request to sign out does not prove that it comes from the person: RP-Initiated Logout section 6. */
export function confirmSignOutPage(page: ConfirmSignOutPage): string {
  const messages = CATALOGUES[page.locale]
  const { clientName, username } = page
  return layout({
    locale: page.locale,
    title: messages.signOut,
    main: html`<h1>${messages.confirmTitle}</h1>
${clientName === undefined ? undefined : html`<p>${fill(messages.confirmFrom, { client: name(clientName) })}</p>`}
${username === undefined ? undefined : html`<p>${fill(messages.confirmAs, { user: name(username) })}</p>`}
<p class="soft">${messages.confirmText}</p>
${form(page.action, page.hidden, html`<button id="sign-out" name="sign-out" value="1" type="submit">${messages.signOut}</button>`)}
<a class="quiet" id="stay" href="/">${messages.staySignedIn}</a>`,
  })
}

/** Shown when there is no proven address to return to. */
export function signedOutPage(page: { locale: Locale }): string {
  const messages = CATALOGUES[page.locale]
  return layout({
    locale: page.locale,
    title: messages.signedOutTitle,
    main: html`${badge('good')}<h1>${messages.signedOutTitle}</h1>
<p class="soft">${messages.signedOutText}</p>
<p class="note">${messages.signedOutShared}</p>`,
  })
}
