import { existsSync } from 'node:fs'
import type { Browser, BrowserContext } from 'playwright-core'
import type { Cluster } from './cluster.ts'

export interface ChromiumOptions {
  /** Of the window, in CSS pixels. Default 1280 × 800. */
  readonly viewport?: { readonly width: number; readonly height: number }
  readonly locale?: string
}

export interface Chromium {
  readonly browser: Browser
  /** A fresh profile: no cookies. */
  context(options?: ChromiumOptions): Promise<BrowserContext>
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
  })
  return {
    browser,
    context: ({ viewport = { width: 1280, height: 800 }, locale = 'en-US' } = {}) =>
      browser.newContext({ viewport, locale }),
    close: () => browser.close(),
  }
}
