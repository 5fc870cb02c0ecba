import { spawn } from 'node:child_process'

/** Commands that open an address with what the person has chosen for it. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/**
 * Opens an https or http address in the browser: $BROWSER when it is set, else what the system has. False when that cannot be
 * started; the person then opens the address by hand. No shell sees the address.
 */
export async function openBrowser(
  url: URL,
  env: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  const chosen = env['BROWSER']
  const [command = '', ...args] = chosen ? [chosen] : (OPENERS[process.platform] ?? ['xdg-open'])
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const child = spawn(command, [...args, url.href], { stdio: 'ignore', detached: true, env })
  child.once('spawn', () => resolve(true))
  child.once('error', () => resolve(false))
  child.unref()
  return await promise
}
