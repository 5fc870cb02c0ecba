import { type Html, html } from './html.ts'
import { form, layout, name } from './layout.ts'
import type { Locale } from './locale.ts'
import { CATALOGUES, fill } from './messages/fill.ts'

export interface AccountsPage {
  readonly locale: Locale
  /** The app that asks; absent on the way to a page of the issuer's own. */
  readonly clientName?: string
  /** Who is signed in in this browser, the one used last in front. */
  readonly accounts: readonly Account[]
  /** Path that the form is posted to. */
  readonly action: string
  readonly hidden: Readonly<Record<string, string>>
}

export interface Account {
  readonly sid: string
  readonly username: string
  readonly name: string
}

/** Which account to go on with. Each is one button: `account` is its session, or `another`. */
export function accountsPage(page: AccountsPage): string {
  const messages = CATALOGUES[page.locale]
  const client =
    page.clientName === undefined
      ? undefined
      : html`<p class="soft">${fill(messages.signInTo, { client: name(page.clientName) })}</p>`
  return layout({
    locale: page.locale,
    title: messages.accountsTitle,
    main: html`<h1>${messages.accountsTitle}</h1>
${client}
${form(
  page.action,
  page.hidden,
  html`<ul class="accounts">
${page.accounts.map(accountButton)}</ul>
<button class="second" id="account-another" name="account" value="another" type="submit">${messages.accountsAnother}</button>`,
)}`,
  })
}

function accountButton(account: Account, index: number): Html {
  const second =
    account.name === '' || account.name === account.username
      ? undefined
      : html`<bdi class="soft">${account.username}</bdi>`
  return html`<li><button class="account" id="account-${index + 1}" name="account" value="${account.sid}" type="submit">
<bdi class="name">${account.name === '' ? account.username : account.name}</bdi>${second}</button></li>
`
}
