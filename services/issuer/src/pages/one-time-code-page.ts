import { type CodeError, codeAlert, codeField } from './code-page.ts'
import { type Html, html } from './html.ts'
import { badge, form, layout, person } from './layout.ts'
import type { Locale } from './locale.ts'
import type { Messages } from './messages/en.ts'
import { CATALOGUES, fill } from './messages/fill.ts'
import { qrPicture } from './qr-picture.ts'

export interface OneTimeCodePage {
  readonly locale: Locale
  readonly user: { readonly username: string; readonly name?: string }
  /** Path that the form is posted to. */
  readonly action: string
  readonly hidden: Readonly<Record<string, string>>
  /** What goes into the authenticator app. Absent: the codes are on already. */
  readonly setup?: { readonly secret: string; readonly address: string }
  readonly error?: CodeError | undefined
}

/** Where somebody switches on that their account asks for a one-time code, or switches it off. A code proves either. */
export function oneTimeCodePage(page: OneTimeCodePage): string {
  const messages = CATALOGUES[page.locale]
  const { setup } = page
  const title = setup ? messages.otpSetupTitle : messages.otpOnTitle
  return layout({
    locale: page.locale,
    title,
    main: html`${setup ? undefined : badge('good')}<h1>${title}</h1>
<p class="soft">${fill(messages.homeAs, { user: person(page.user) })}</p>
<p>${setup ? messages.otpSetupText : messages.otpOnText}</p>
${setup && howToAdd(messages, setup)}
${codeAlert(messages, page.error)}
${form(
  page.action,
  page.hidden,
  html`${codeField(messages, page.error)}
<button id="change" name="change" value="1" type="submit">${setup ? messages.otpSwitchOn : messages.otpSwitchOff}</button>`,
)}
<p class="note">${messages.otpNote}</p>
<a class="quiet" id="back" href="/">${messages.otpBack}</a>`,
  })
}

function howToAdd(messages: Messages, setup: NonNullable<OneTimeCodePage['setup']>): Html {
  const groups = setup.secret.match(/.{1,4}/g) ?? []
  return html`${qrPicture(setup.address, messages.otpQr)}
<p><a id="otpauth" href="${setup.address}">${messages.otpOpen}</a></p>
<p class="soft">${messages.otpByHand}</p>
<p><code id="secret">${groups.join(' ')}</code></p>`
}
