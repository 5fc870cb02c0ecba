import { join } from 'node:path'
import type { Page } from 'playwright-core'

const FOLDER = join(import.meta.dirname, '../../../../test-results')

const SIZES = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 800 } }

/** Writes `test-results/<name>-phone.png` and `…-desk.png`, for people to look at. */
export async function picture(tab: Page, name: string): Promise<void> {
  for (const [size, viewport] of Object.entries(SIZES)) {
    await tab.setViewportSize(viewport)
    await tab.screenshot({ path: join(FOLDER, `${name}-${size}.png`) })
  }
}
