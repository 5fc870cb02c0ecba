import { type ConsentPage, consentChoices, consentLinks } from './consent-page.ts'
import { html } from './html.ts'
import { form, layout, name, person } from './layout.ts'
import { CATALOGUES, fill } from './messages/fill.ts'

export interface DeviceConfirmPage extends Omit<ConsentPage, 'returnTo'> {
  /** As the device shows it. */
  readonly userCode: string
}

/** RFC 8628 sections 3.3 and 5.4: who asks for what, on whose account, and whether it is the device in front of the person. */
export function deviceConfirmPage(page: DeviceConfirmPage): string {
  const messages = CATALOGUES[page.locale]
  const hasNote = page.isKept || page.policyUri !== undefined || page.tosUri !== undefined
  return layout({
    locale: page.locale,
    title: messages.deviceConfirmTitle,
    main: html`<h1>${messages.deviceConfirmTitle}</h1>
<p>${fill(messages.deviceConfirmText, { client: name(page.clientName) })}</p>
<p class="code" id="user-code">${page.userCode}</p>
<p class="soft">${fill(messages.homeAs, { user: person(page.user) })}</p>
<div class="alert" id="warning"><p>${messages.deviceWarning}</p></div>
${form(page.action, page.hidden, consentChoices(messages, page))}
${hasNote ? html`<p class="note">${page.isKept ? messages.consentKept : undefined}${consentLinks(messages, page)}</p>` : undefined}`,
  })
}
