import type { BrowserContextOptions, Page, Response } from 'playwright-core'
import type { Chromium, Cluster } from '../../src/index.ts'

/** Somebody at a Chromium of their own. */
export interface Person {
  /** A new tab at this address; signs in when asked. */
  open(url: string, username?: string): Promise<Page>
  /** Answers the sign-in form that this tab shows. */
  signIn(tab: Page, username: string, password?: string): Promise<void>
  /**
   * What a developer would find in the tools and nobody should: errors and warnings of the console, refusals by a Content
   * Security Policy, requests that failed, answers of 400 and more.
   */
  readonly complaints: string[]
  cookies(host: string): Promise<readonly BrowserCookie[]>
  leave(): Promise<void>
}

export interface BrowserCookie {
  readonly name: string
  readonly path: string
  readonly expires: number
  readonly httpOnly: boolean
  readonly secure: boolean
  readonly sameSite: string
}

export async function person(
  chromium: Chromium,
  cluster: Pick<Cluster, 'passwordOf'>,
  options: BrowserContextOptions = {},
): Promise<Person> {
  const context = await chromium.context(options)
  // Before tap gives up, so that the failure says what was waited for.
  context.setDefaultTimeout(10_000)
  const complaints: string[] = []
  context.on('console', (message) => {
    // Told again, and with its address, as an answer below.
    if (message.text().startsWith('Failed to load resource: the server responded')) return
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  context.on('weberror', (error) => complaints.push(String(error.error())))
  context.on('requestfailed', (request) => {
    // Its page was left before it had come.
    if (request.failure()?.errorText === 'net::ERR_ABORTED') return
    complaints.push(`${request.url()}: ${request.failure()?.errorText}`)
  })
  context.on('response', (response) => {
    if (response.status() >= 400) complaints.push(told(response))
  })

  const self: Person = {
    complaints,
    open: async (url, username) => {
      const tab = await context.newPage()
      await tab.goto(url)
      if (username !== undefined) await self.signIn(tab, username)
      return tab
    },
    signIn: async (tab, username, password = cluster.passwordOf(username)) => {
      await tab.locator('#username').fill(username)
      await tab.locator('#password').fill(password)
      await tab.locator('#sign-in').click()
    },
    cookies: async (host) => await context.cookies(`http://${host}`),
    leave: () => context.close(),
  }
  return self
}

/** The query is left out: it holds states and codes, which are others in each run. */
function told(response: Response): string {
  const { origin, pathname } = new URL(response.url())
  return `${response.status()} ${response.request().method()} ${origin}${pathname}`
}
