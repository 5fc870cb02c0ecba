import type { Account } from './accounts-page.ts'
import { type Html, html } from './html.ts'
import { badge, form, layout, name, person } from './layout.ts'
import type { Locale } from './locale.ts'
import type { Messages } from './messages/en.ts'
import { CATALOGUES, fill } from './messages/fill.ts'
import { scopeText } from './scope-text.ts'
import { type ServiceUse, serviceUse } from './service-use.ts'

export interface PageForm {
  /** Path that it is posted to. */
  readonly action: string
  readonly hidden: Readonly<Record<string, string>>
}

export interface HomePage {
  readonly locale: Locale
  /** Absent: nobody is signed in. */
  readonly user?: { readonly username: string; readonly name?: string }
  /** Who else is signed in in this browser. */
  readonly others?: readonly Account[]
  /** The form that signs out; only with a user. */
  readonly signOut?: PageForm
  /** The page for it, and whether the account asks for one. */
  readonly oneTimeCode?: { readonly href: string; readonly isOn: boolean }
  /** What the person has allowed apps that are not the operator's. */
  readonly apps?: readonly AllowedApp[]
  /** The form that takes such a permission back. */
  readonly withdraw?: PageForm
}

export interface AllowedApp {
  readonly clientId: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly services: readonly ServiceUse[]
}

/** What the issuer itself has to say when somebody opens its address. */
export function homePage(page: HomePage): string {
  const { locale, user, others = [], signOut, oneTimeCode, apps = [], withdraw } = page
  const messages = CATALOGUES[locale]
  if (user === undefined) {
    return layout({
      locale,
      title: messages.homeOutTitle,
      main: html`${badge('calm')}<h1>${messages.homeOutTitle}</h1>
<p class="soft">${messages.homeOutText}</p>
<a class="act" id="sign-in" href="/sign-in">${messages.signIn}</a>`,
    })
  }
  return layout({
    locale,
    title: messages.homeTitle,
    main: html`${badge('good')}<h1>${messages.homeTitle}</h1>
<p>${fill(messages.homeAs, { user: person(user) })}</p>
<p class="soft">${messages.homeText}</p>
${signOut && form(signOut.action, signOut.hidden, signOutButton(messages))}
${oneTimeCode && security(messages, oneTimeCode)}
${others.length > 0 ? otherAccounts(messages, others) : undefined}
${withdraw && apps.length > 0 ? allowedApps(messages, apps, withdraw) : undefined}`,
  })
}

function signOutButton(messages: Messages): Html {
  return html`<button id="sign-out" name="sign-out" value="1" type="submit">${messages.signOut}</button>`
}

function security(messages: Messages, code: NonNullable<HomePage['oneTimeCode']>): Html {
  return html`<h2>${messages.otpTitle}</h2>
<p class="soft">${code.isOn ? messages.otpIsOn : messages.otpIsOff}</p>
<p><a class="inline" id="one-time-code" href="${code.href}">${code.isOn ? messages.otpChange : messages.otpSetup}</a></p>`
}

function otherAccounts(messages: Messages, others: readonly Account[]): Html {
  return html`<h2>${messages.homeOthers}</h2>
<ul class="others">
${others.map(
  (account, index) =>
    html`<li><a id="account-${index + 1}" href="${`/?account=${account.sid}`}">${name(account.name || account.username)}</a></li>\n`,
)}</ul>`
}

function allowedApps(messages: Messages, apps: readonly AllowedApp[], withdraw: PageForm): Html {
  return html`<h2>${messages.appsTitle}</h2>
${form(
  withdraw.action,
  withdraw.hidden,
  html`<ul class="apps">
${apps.map((app, index) => allowedApp(messages, app, index + 1))}</ul>`,
)}`
}

function allowedApp(messages: Messages, app: AllowedApp, number: number): Html {
  const allowed = [
    ...app.scopes.map((scope) => html`<li>${scopeText(messages, scope)}</li>`),
    ...app.services.map((use) => html`<li>${serviceUse(messages, use, messages.appsUse)}</li>`),
  ]
  const label = messages.appsWithdrawFrom.replace('{client}', () => app.name)
  return html`<li><div>${name(app.name)}
<ul class="soft">${allowed.length > 0 ? allowed : html`<li>${messages.appsNothing}</li>`}</ul></div>
<button class="small" id="withdraw-${number}" name="client" value="${app.clientId}" type="submit" aria-label="${label}">${messages.appsWithdraw}</button></li>
`
}
