import { type Html, html } from './html.ts'
import { form, layout, person } from './layout.ts'
import type { Locale } from './locale.ts'
import type { Messages } from './messages/en.ts'
import { CATALOGUES, fill } from './messages/fill.ts'

/** wrong: no such code, or not any more; which of them is told to nobody. blocked: too many were tried. */
export type DeviceCodeError =
  | { readonly kind: 'wrong' }
  | { readonly kind: 'blocked'; readonly retryAfterSeconds: number }

export interface DeviceCodePage {
  readonly locale: Locale
  readonly user: { readonly username: string; readonly name: string }
  /** Filled in, as shown on the device. It still has to be sent. */
  readonly userCode?: string | undefined
  readonly error?: DeviceCodeError | undefined
  /** Path that the form is posted to. */
  readonly action: string
  readonly hidden: Readonly<Record<string, string>>
}

/** RFC 8628 section 3.3: the page on which the code of a device is entered. */
export function deviceCodePage(page: DeviceCodePage): string {
  const messages = CATALOGUES[page.locale]
  return layout({
    locale: page.locale,
    title: messages.deviceTitle,
    main: html`<h1>${messages.deviceTitle}</h1>
<p class="soft">${fill(messages.homeAs, { user: person(page.user) })}</p>
${page.error && alert(messages, page.error)}
${form(page.action, page.hidden, fields(messages, page))}`,
  })
}

function fields(messages: Messages, { userCode, error }: DeviceCodePage): Html {
  const invalid =
    error?.kind === 'wrong' ? html` aria-invalid="true" aria-describedby="error"` : undefined
  return html`<div class="field">
<label for="user_code">${messages.deviceCode}</label>
<input class="code" id="user_code" name="user_code" type="text" value="${userCode}" required maxlength="32" placeholder="XXXX-XXXX"
 autocomplete="off" autocapitalize="characters" autocorrect="off" spellcheck="false" autofocus${invalid}>
</div>
<button id="continue" name="continue" value="1" type="submit">${messages.formPostButton}</button>
<button class="second" id="account-other" name="other" value="1" type="submit" formnovalidate>${messages.accountsAnother}</button>`
}

function alert(messages: Messages, error: DeviceCodeError): Html {
  const text =
    error.kind === 'wrong'
      ? html`${messages.deviceWrong}`
      : fill(messages.deviceBlocked, {
          minutes: Math.max(1, Math.ceil(error.retryAfterSeconds / 60)),
        })
  return html`<div class="alert" id="error" role="alert" tabindex="-1">
<p><strong>${messages.deviceErrorHeading}</strong> ${text}</p>
</div>`
}
