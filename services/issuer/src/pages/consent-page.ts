import { type Html, html } from './html.ts'
import { form, layout, name, person } from './layout.ts'
import type { Locale } from './locale.ts'
import type { Messages } from './messages/en.ts'
import { CATALOGUES, fill } from './messages/fill.ts'
import { scopeText } from './scope-text.ts'
import { serviceUse } from './service-use.ts'

export interface ConsentPage {
  readonly locale: Locale
  /** The app that asks. */
  readonly clientName: string
  /** Host of the address that the person is sent to afterwards, or the scheme of an app on the device. */
  readonly returnTo: string
  /** The answer is remembered, and can be taken back. Not so for the operator's own apps. */
  readonly isKept: boolean
  readonly user: { readonly username: string; readonly name: string }
  /** What the person may allow or not, word by word. */
  readonly scopes: readonly { readonly scope: string; readonly isAllowed: boolean }[]
  /** Name of the service that the app wants to call for the person. */
  readonly service?: string
  /** The only routes that it wants to call there, as grants; empty: whatever the person may call. */
  readonly routes: readonly string[]
  readonly policyUri?: string
  readonly tosUri?: string
  /** Path that the form is posted to. */
  readonly action: string
  readonly hidden: Readonly<Record<string, string>>
}

/** OpenID Connect Core section 3.1.2.4: who asks, for what, on whose account, and where it leads. */
export function consentPage(page: ConsentPage): string {
  const messages = CATALOGUES[page.locale]
  const client = name(page.clientName)
  return layout({
    locale: page.locale,
    title: messages.consentTitle,
    main: html`<h1>${messages.consentTitle}</h1>
<p>${fill(messages.consentFrom, { client })}</p>
<p class="soft">${fill(messages.homeAs, { user: person(page.user) })}</p>
${form(page.action, page.hidden, consentChoices(messages, page))}
<p class="note">${fill(messages.consentNote, { place: name(page.returnTo) })}
${page.isKept ? messages.consentKept : undefined}${consentLinks(messages, page)}</p>`,
  })
}

/** What may be allowed, word by word, and the two buttons. */
export function consentChoices(
  messages: Messages,
  page: Pick<ConsentPage, 'scopes' | 'service' | 'routes'>,
): Html {
  const { service } = page
  return html`<fieldset>
<legend>${messages.consentAsks}</legend>
<p class="fixed"><span>${messages.consentIdentity}</span></p>
${page.scopes.map(
  ({ scope, isAllowed }) => html`<label class="choice" for="scope-${scope}">
<input id="scope-${scope}" name="scope-${scope}" type="checkbox" value="1"${isAllowed ? html` checked` : undefined}>
<span>${scopeText(messages, scope)}</span></label>
`,
)}${
  service === undefined
    ? undefined
    : html`<p class="fixed" id="service"><span>${serviceUse(messages, { name: service, routes: page.routes }, messages.consentService)}</span></p>`
}</fieldset>
<button id="allow" name="decision" value="allow" type="submit">${messages.consentAllow}</button>
<button class="second" id="deny" name="decision" value="deny" type="submit">${messages.consentDeny}</button>`
}

/** Mere links: nothing is fetched from there, and nobody there learns where the person came from. */
export function consentLinks(
  messages: Messages,
  { policyUri, tosUri }: Pick<ConsentPage, 'policyUri' | 'tosUri'>,
): Html {
  const link = (id: string, uri: string | undefined, text: string) =>
    uri === undefined || !/^https?:\/\//.test(uri)
      ? undefined
      : html` <a id="${id}" href="${uri}" rel="noreferrer" target="_blank">${text}</a>`
  return html`${link('policy', policyUri, messages.consentPolicy)}${link('terms', tosUri, messages.consentTerms)}`
}
