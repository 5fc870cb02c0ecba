/** A browser without a screen: cookies per host, redirects, forms, the headers that browsers add by themselves. */
import { type CookieJar, cookieJar } from './cookie-jar.ts'
import { formsOf } from './html-form.ts'
import { exchange, type HttpAnswer } from './http-exchange.ts'

export interface Page extends HttpAnswer {
  /** Where the redirects have ended. */
  readonly url: string
}

export interface RequestOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Default true. */
  readonly follow?: boolean
}

export interface HttpBrowser {
  readonly cookies: CookieJar
  /** As typed into the address bar. */
  open(url: string): Promise<Page>
  /** Sends the page's only form, or the one whose action ends with `action`, with these fields filled in. */
  submit(page: Page, fields: Readonly<Record<string, string>>, action?: string): Promise<Page>
  /** As a script of the page at this origin does it: cookies, no redirects. */
  fetch(url: string, options?: RequestOptions): Promise<Page>
  /** Opens the page, fills in the sign-in form if there is one, and gives the page that it ends on. */
  signIn(url: string, username: string, password?: string): Promise<Page>
}

export interface HttpBrowserOptions {
  /** Port of each public host, for example `sso.localhost`. */
  readonly hosts: ReadonlyMap<string, number>
  readonly passwordOf: (username: string) => string
  readonly language?: string
}

const MOST_REDIRECTS = 20

export function httpBrowser(options: HttpBrowserOptions): HttpBrowser {
  const cookies = cookieJar()
  const language = options.language ?? 'en'

  async function once(url: URL, sent: RequestOptions): Promise<HttpAnswer> {
    const port = options.hosts.get(url.host)
    if (port === undefined) throw new Error(`no host ${url.host} in this cluster`)
    const cookie = cookies.header(url.host)
    const answer = await exchange({
      port,
      host: url.host,
      path: `${url.pathname}${url.search}`,
      method: sent.method ?? 'GET',
      headers: { 'accept-language': language, ...(cookie && { cookie }), ...sent.headers },
      ...(sent.body !== undefined && { body: sent.body }),
    })
    cookies.keep(url.host, answer.headers['set-cookie'] ?? [])
    return answer
  }

  /** Follows redirects as RFC 9110 section 15.4 and browsers do: a POST becomes a GET. */
  async function go(address: string, sent: RequestOptions): Promise<Page> {
    let url = new URL(address)
    let next = sent
    for (let step = 0; step <= MOST_REDIRECTS; step++) {
      const answer = await once(url, next)
      const { location } = answer.headers
      if (sent.follow === false || location === undefined) return { ...answer, url: url.href }
      const { 'content-type': _, ...headers } = { ...next.headers }
      url = new URL(location, url)
      next = { headers: { ...headers, 'sec-fetch-site': 'cross-site' } }
    }
    throw new Error(`more than ${MOST_REDIRECTS} redirects, last to ${url.href}`)
  }

  const navigation = (site: string) => ({
    accept: 'text/html',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-site': site,
  })

  const browser: HttpBrowser = {
    cookies,
    open: (url) => go(url, { headers: navigation('none') }),
    submit: async (page, fields, action = '') => {
      const form = formsOf(page.text).find((one) => one.action.endsWith(action))
      if (!form) throw new Error(`no form ${action} on ${page.url} (${page.status})`)
      const url = new URL(form.action, page.url)
      const headers = {
        ...navigation('same-origin'),
        origin: new URL(page.url).origin,
        'content-type': 'application/x-www-form-urlencoded',
      }
      const body = new URLSearchParams({ ...form.fields, ...fields }).toString()
      return await go(url.href, { method: form.method, headers, body })
    },
    fetch: (url, sent = {}) => {
      const headers = { 'sec-fetch-mode': 'cors', 'sec-fetch-site': 'same-origin', ...sent.headers }
      return go(url, { follow: false, ...sent, headers })
    },
    signIn: async (url, username, password = options.passwordOf(username)) => {
      const page = await browser.open(url)
      const asked = formsOf(page.text).some((form) => form.action.endsWith('/sign-in'))
      return asked ? await browser.submit(page, { username, password }, '/sign-in') : page
    },
  }
  return browser
}
