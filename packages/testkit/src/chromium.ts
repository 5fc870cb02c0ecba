import { existsSync } from 'node:fs'
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core'
import type { Cluster } from './cluster.ts'

export interface Chromium {
  readonly browser: Browser
  /** A fresh profile: no cookies. In English and 1280 × 800 unless the options of Playwright say otherwise. */
  context(options?: BrowserContextOptions): Promise<BrowserContext>
  close(): Promise<void>
}

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** A real, headless Chromium that finds the hosts of the cluster. Wants `playwright-core` and an installed browser. */
export async function launchChromium(
  cluster: Pick<Cluster, 'hosts'>,
  options: { readonly executablePath?: string } = {},
): Promise<Chromium> {
  const executablePath = options.executablePath ?? PLACES.find((place) => existsSync(place))
  if (executablePath === undefined) {
    throw new Error(`no Chromium at ${PLACES.join(', ')}: install it, or pass executablePath`)
  }
  const { chromium } = await import('playwright-core')
  const rules = [...cluster.hosts].map(([host, port]) => `MAP ${host}:80 127.0.0.1:${port}`)
  const browser = await chromium.launch({
    executablePath,
    args: [
      `--host-resolver-rules=${rules.join(', ')}`,
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
    ],
    // Playwright switches the back/forward cache off; people have it on, and it is what the back button shows.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  })
  return {
    browser,
    context: (options = {}) =>
      browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-US', ...options }),
    close: () => browser.close(),
  }
}
