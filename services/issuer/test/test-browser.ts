import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { hiddenFields } from './hidden-fields.ts'

export interface TestBrowser {
  readonly cookies: Map<string, string>
  get(url: string): Promise<LightMyRequestResponse>
  submit(url: string, form: Record<string, string>): Promise<LightMyRequestResponse>
  /** Presses "Allow" on a page of consent, and leaves its boxes as they are. */
  allow(page: LightMyRequestResponse): Promise<LightMyRequestResponse>
  /** Opens /authorize, fills in the form, allows what is asked, and gives the answer at the redirect URI. */
  signIn(username: string, query?: Record<string, string>): Promise<URLSearchParams>
}

export function passwordOf(username: string): string {
  return [username, username, username].join('-')
}

/** @param authorize parameters of a request as the usual client sends it */
export function testBrowser(
  app: FastifyInstance,
  authorize: Readonly<Record<string, string>>,
): TestBrowser {
  const cookies = new Map<string, string>()
  const keep = (answer: LightMyRequestResponse) => {
    for (const { name, value, maxAge, expires } of answer.cookies) {
      const gone = maxAge === 0 || (expires !== undefined && expires.getTime() === 0)
      if (gone) cookies.delete(name)
      else cookies.set(name, value)
    }
    return answer
  }
  const headers = () => ({
    cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
  })
  const browser: TestBrowser = {
    cookies,
    get: async (url) => keep(await app.inject({ url, headers: headers() })),
    submit: async (url, form) =>
      keep(
        await app.inject({
          method: 'POST',
          url,
          headers: {
            ...headers(),
            'content-type': 'application/x-www-form-urlencoded',
            'sec-fetch-site': 'same-origin',
          },
          payload: new URLSearchParams(form).toString(),
        }),
      ),
    signIn: async (username, query = {}) => {
      const page = await browser.get(
        `/authorize?${new URLSearchParams({ ...authorize, ...query })}`,
      )
      if (page.headers.location !== undefined) return answerOf(page)
      const form = hiddenFields(page.body)
      const password = passwordOf(username)
      const answer = await browser.submit('/sign-in', { ...form, username, password })
      return answerOf(isConsent(answer) ? await browser.allow(answer) : answer)
    },
    allow: async (page) => {
      const ticked = [...page.body.matchAll(/name="(scope-[a-z]+)"[^>]* checked/g)]
      const scopes = Object.fromEntries(ticked.map(([, name]) => [name, '1']))
      return await browser.submit('/consent', {
        ...hiddenFields(page.body),
        ...scopes,
        decision: 'allow',
      })
    },
  }
  return browser
}

export function isConsent(answer: LightMyRequestResponse): boolean {
  return answer.body.includes('name="decision"')
}

/** The parameters that an answer brings to the redirect URI; empty when it is no redirect. */
export function answerOf(answer: LightMyRequestResponse): URLSearchParams {
  const location = answer.headers.location
  return location === undefined ? new URLSearchParams() : new URL(String(location)).searchParams
}
