import { html } from './html.ts'
import { form, layout, name, person } from './layout.ts'
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
  /** Whose session would end. */
  readonly user?: { readonly username: string; readonly name?: string }
}

/** Asked when the request to sign out does not prove that it comes from the person: RP-Initiated Logout section 6. */
export function confirmSignOutPage(page: ConfirmSignOutPage): string {
  const messages = CATALOGUES[page.locale]
  const { clientName, user } = page
  return layout({
    locale: page.locale,
    title: messages.signOut,
    main: html`<h1>${messages.confirmTitle}</h1>
${clientName === undefined ? undefined : html`<p>${fill(messages.confirmFrom, { client: name(clientName) })}</p>`}
${user && html`<p>${fill(messages.confirmAs, { user: person(user) })}</p>`}
<p class="soft">${messages.confirmText}</p>
${form(page.action, page.hidden, html`<button id="sign-out" name="sign-out" value="1" type="submit">${messages.signOut}</button>`)}
<a class="quiet" id="stay" href="/">${messages.staySignedIn}</a>`,
  })
}
