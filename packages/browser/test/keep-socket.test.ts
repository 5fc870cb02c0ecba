import { EventEmitter, once } from 'node:events'
import t from 'tap'
import { keepSocket } from '../src/index.ts'

/** A socket that hands its messages to listeners in turn, as an EventTarget does. */
function kept(status = 200) {
  const listeners: Parameters<Parameters<typeof keepSocket>[0]['addEventListener']>[1][] = []
  const events = new EventEmitter()
  const sent: string[] = []
  const asked: unknown[] = []
  const seen: unknown[] = []
  keepSocket(
    {
      addEventListener: (_, listener) => void listeners.push(listener),
      send: (text) => {
        sent.push(text)
        events.emit('sent')
      },
    },
    {
      fetch: async (url, { method }) => {
        asked.push([method, url])
        if (status === 0) throw new Error('network')
        return { status, json: async () => ({ ticket: 'lkt_AA', expires_in: 30 }) }
      },
    },
  )
  listeners.push(({ data }) => seen.push(data))
  const receive = (data: unknown) => {
    let stopped = false
    const event = {
      data,
      stopImmediatePropagation: () => {
        stopped = true
      },
    }
    for (const listener of listeners) if (!stopped) listener(event)
  }
  return { receive, sent, asked, seen, events }
}

t.test(
  'the guard’s question is answered with a fresh ticket, and nobody else sees it',
  async (t) => {
    const { receive, sent, asked, seen, events } = kept()
    receive('{"latchkey":"renew","within":2}')
    await once(events, 'sent')
    t.strictSame(asked, [['POST', '/latchkey/ticket']])
    t.strictSame(sent, ['{"latchkey":"renew","with":"lkt_AA"}'])
    receive('{"latchkey":"renewed","expires_in":300}')
    receive('{"latchkey":"refused"}')
    t.strictSame(seen, [])
    t.equal(sent.length, 1)
  },
)

t.test('every other message passes', async (t) => {
  const { receive, seen, sent } = kept()
  const messages = ['hello', '{"from":"Orders"}', '{"latchkeys":1}', new ArrayBuffer(2)]
  for (const message of messages) receive(message)
  t.strictSame(seen, messages)
  t.strictSame(sent, [])
})

t.test('without a ticket nothing is sent', async (t) => {
  for (const status of [401, 403, 503, 0]) {
    const { receive, sent, asked } = kept(status)
    receive('{"latchkey":"renew","within":2}')
    await new Promise((resolve) => setImmediate(resolve))
    t.equal(asked.length, 1)
    t.strictSame(sent, [], String(status))
  }
})
