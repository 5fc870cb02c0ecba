import { keepSocket } from '/latchkey/keep-socket.js'
import { watchSession } from '/latchkey/watch-session.js'

const status = document.getElementById('status')
const events = document.getElementById('events')
const counts = document.querySelectorAll('#counts b')
const MOST_EVENTS = 50
let tries = 0
let over = false

function show(state) {
  status.dataset.state = state
  status.textContent = status.dataset[state]
}

/** The person may not see this any more: what has been shown goes too. Told twice, by the issuer and by the socket. */
function end(reason) {
  explain(reason)
  if (over) return
  over = true
  show('ended')
  events.replaceChildren()
  for (const id of ['counts', 'bar', 'expiring']) document.getElementById(id)?.remove()
  document.getElementById('again').hidden = false
}

function explain(reason = '') {
  const why = document.getElementById('why')
  // `data-password_changed` is the member `password_changed`.
  const text = Object.hasOwn(why.dataset, reason) ? why.dataset[reason] : undefined
  if (text === undefined) return
  why.textContent = text
  why.hidden = false
}

function connect() {
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/socket`, 'latchkey.renew')
  keepSocket(socket)
  socket.binaryType = 'arraybuffer'
  socket.onopen = () => {
    tries = 0
    show('open')
  }
  // A text frame is an event; a binary one has a byte for each service: how many there were, modulo 256.
  socket.onmessage = ({ data }) => {
    if (typeof data === 'string') return showEvent(JSON.parse(data))
    new Uint8Array(data).forEach((count, i) => {
      counts[i].textContent = count
    })
  }
  socket.onclose = ({ code, reason }) => again(code, reason)
}

/** 4401: the session has ended. 4403, 4408: permissions changed, or the token expired; that need not be the end. */
async function again(code, reason = '') {
  if (over) return
  if (code === 4401) return end(/^session ended: (\w+)$/.exec(reason)?.[1])
  // The page is drawn anew by what the person may do now.
  if (code === 4403) return location.reload()
  if (code !== 4408) {
    show('lost')
    tries += 1
    const most = Math.min(10_000, 200 * 2 ** tries)
    await new Promise((resolve) => setTimeout(resolve, most * Math.random()))
  }
  // This renews the cookie, which an upgrade cannot, and tells what became of the session.
  const page = await fetch('/live').catch(() => undefined)
  if (page?.ok) return connect()
  if (page?.status === 401) return end()
  if (page?.status === 403) return location.reload()
  return again()
}

function showEvent({ from, event }) {
  const item = document.createElement('li')
  const time = document.createElement('time')
  time.textContent = new Date().toLocaleTimeString(document.documentElement.lang)
  const source = document.createElement('b')
  source.textContent = from
  item.append(time, source, event)
  events.prepend(item)
  if (events.children.length > MOST_EVENTS) events.lastChild.remove()
}

// A page that the browser kept alive for the back button was let in back then, not now.
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) location.reload()
})

watchSession({
  onEnded: end,
  onExpiring: () => {
    const note = document.getElementById('expiring')
    note.textContent = note.dataset.text
    note.hidden = false
  },
})
connect()
