import type { Page } from 'playwright-core'

/** Has the page itself note when it shows that the session has ended, and why. */
export async function noteWhen(live: Page): Promise<void> {
  await live.evaluate(`globalThis.ended = new Promise((resolve) => {
    const status = document.getElementById('status')
    const why = document.getElementById('why')
    const look = () => status.dataset.state === 'ended' && !why.hidden && resolve(Date.now())
    for (const one of [status, why]) new MutationObserver(look).observe(one, { attributes: true })
  }); 'observing'`)
}

/** Notes with which code sockets of this tab close, also of a page that goes away because of it. */
export const NOTE_CLOSES = `globalThis.WebSocket = class extends WebSocket {
  constructor(...args) {
    super(...args)
    this.addEventListener('close', ({ code, reason }) => {
      sessionStorage.setItem('closed', code + ' ' + reason)
    })
  }
}`
