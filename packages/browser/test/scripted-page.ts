import type { Page, PageSocket } from '../src/page.ts'

/** A page whose time, network and visibility a test holds. */
export function scriptedPage() {
  const timers = new Map<number, { at: number; task: () => void }>()
  const sockets: ScriptedSocket[] = []
  const requests: { url: string; authorization?: string }[] = []
  const lookers = new Set<() => void>()
  const answers: (() => { status: number; body?: unknown })[] = []
  const state = { now: 0, visibilityState: 'visible', nextTimer: 1, chance: 0.5, refuses: false }

  const page: Page = {
    fetch: async (url, { headers }) => {
      const authorization = headers?.['authorization']
      requests.push({ url, ...(authorization !== undefined && { authorization }) })
      const answer = answers.shift()?.() ?? GOOD_TICKET(requests.length)
      return { status: answer.status, json: async () => answer.body }
    },
    WebSocket: class {
      onmessage: PageSocket['onmessage'] = null
      onclose: PageSocket['onclose'] = null
      closed = false
      constructor(url: string, protocols: string[]) {
        const socket = this as unknown as PageSocket & { closed: boolean }
        sockets.push({
          ...{ url, protocols },
          say: (message) => socket.onmessage?.({ data: JSON.stringify(message) }),
          lose: (code = 1006) => socket.onclose?.({ code, reason: '' }),
          get closed() {
            return socket.closed
          },
        })
      }
      close() {
        this.closed = true
      }
    },
    document: {
      get visibilityState() {
        return state.visibilityState
      },
      addEventListener: (_, listener) => void lookers.add(listener),
      removeEventListener: (_, listener) => void lookers.delete(listener),
    },
    setTimeout: (task, ms) => {
      timers.set(state.nextTimer, { at: state.now + ms, task })
      return state.nextTimer++
    },
    clearTimeout: (timer) => void timers.delete(timer as number),
    Math: { random: () => state.chance },
  }

  async function advance(ms: number): Promise<void> {
    const end = state.now + ms
    for (;;) {
      const due = [...timers].filter(([, { at }]) => at <= end).sort((a, b) => a[1].at - b[1].at)[0]
      if (due === undefined) break
      timers.delete(due[0])
      state.now = due[1].at
      due[1].task()
      await settled()
    }
    state.now = end
  }

  return {
    page,
    sockets,
    requests,
    /** Answers of the next requests; without one a ticket is given. */
    answers,
    state,
    advance,
    /** The person looks at the page, or at another one. */
    show: async (visible: boolean) => {
      state.visibilityState = visible ? 'visible' : 'hidden'
      for (const look of lookers) look()
      await settled()
    },
    get waiting() {
      return timers.size + lookers.size
    },
  }
}

export interface ScriptedSocket {
  readonly url: string
  readonly protocols: string[]
  readonly closed: boolean
  say(message: object): void
  lose(code?: number): void
}

export const EVENTS = 'https://sso.example/session/events'

const GOOD_TICKET = (number: number) => ({
  status: 200,
  body: { ticket: `t${number}`, expires_in: 30, events_endpoint: EVENTS },
})

/** Everything that was under way without a timer has come to its end. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
