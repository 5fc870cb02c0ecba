const status = document.getElementById('status')
const events = document.getElementById('events')
const counts = document.querySelectorAll('#counts b')
const MOST_EVENTS = 50
let tries = 0

function show(state) {
  status.dataset.state = state
  status.textContent = status.dataset[state]
}

/** The person may not see this any more: what has been shown goes too. */
function end(state) {
  show(state)
  events.replaceChildren()
  document.getElementById('counts').remove()
  if (state !== 'ended') return
  document.getElementById('again').hidden = false
  document.getElementById('bar').remove()
}

function connect() {
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/socket`)
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
  socket.onclose = ({ code }) => again(code)
}

/** 4401: the session has ended. 4403, 4408: permissions changed, or the token expired; that need not be the end. */
async function again(code) {
  if (code === 4401) return end('ended')
  if (code !== 4403 && code !== 4408) {
    show('lost')
    tries += 1
    const most = Math.min(10_000, 200 * 2 ** tries)
    await new Promise((resolve) => setTimeout(resolve, most * Math.random()))
  }
  // This renews the cookie, which an upgrade cannot, and tells what became of the session.
  const page = await fetch('/live').catch(() => undefined)
  if (page?.ok) return connect()
  if (page?.status === 401) return end('ended')
  if (page?.status === 403) return end('forbidden')
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

connect()
