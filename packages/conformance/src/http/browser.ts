import { type CookieJar, cookieJar } from './cookie-jar.ts'
import type { Answer, Send } from './exchange.ts'
import type { HtmlForm } from './html-form.ts'

/** A person's browser: a cookie jar and forms. It follows redirects only when it is told to. */
export interface Browser {
  readonly cookies: CookieJar
  /** Opens an address as if it had been typed or linked. */
  open(url: string, options?: { method?: string; body?: string }): Promise<Answer>
  /** Sends a form of the page that came from `base`, with these fields filled in, by this button. */
  submit(
    base: string,
    form: HtmlForm,
    fields: Readonly<Record<string, string>>,
    button?: { readonly name: string; readonly value: string },
  ): Promise<Answer>
}

export const FORM_TYPE = 'application/x-www-form-urlencoded'

export function browser(send: Send): Browser {
  const cookies = cookieJar()

  async function go(url: string, method: string, site: string, body?: string): Promise<Answer> {
    const address = new URL(url)
    const cookie = cookies.header(address)
    const answer = await send({
      method,
      url,
      headers: {
        accept: 'text/html,application/xhtml+xml',
        'accept-language': 'en',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
        'sec-fetch-site': site,
        ...(cookie !== undefined && { cookie }),
        ...(body !== undefined && { 'content-type': FORM_TYPE }),
        ...(method === 'POST' && site === 'same-origin' && { origin: address.origin }),
      },
      ...(body !== undefined && { body }),
    })
    cookies.keep(address, answer.headers['set-cookie'] ?? [])
    return answer
  }

  return {
    cookies,
    open: (url, options = {}) => go(url, options.method ?? 'GET', 'cross-site', options.body),
    submit: async (base, form, fields, button) => {
      const sent = new URLSearchParams([...form.fields, ...Object.entries(fields)].map(pair))
      for (const [name, value] of Object.entries(fields)) sent.set(name, value)
      if (button !== undefined && button.name !== '') sent.set(button.name, button.value)
      const action = new URL(form.action || base, base)
      if (form.method === 'POST')
        return await go(action.href, 'POST', 'same-origin', sent.toString())
      action.search = sent.toString()
      return await go(action.href, 'GET', 'same-origin')
    },
  }
}

function pair([name, value]: readonly [string, string]): [string, string] {
  return [name, value]
}
