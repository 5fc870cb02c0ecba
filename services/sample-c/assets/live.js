// Close codes of Latchkey: 4401 the session has ended, 4403 the permission is gone, 4408 the token has expired.
const status = document.getElementById('status')
const events = document.getElementById('events')
let tries = 0

function show(state) {
  status.dataset.state = state
  status.textContent = status.dataset[state]
  document.getElementById('again').hidden = state !== 'ended'
}

function connect() {
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/socket`)
  socket.binaryType = 'arraybuffer'
  socket.onopen = () => {
    tries = 0
    show('open')
  }
  socket.onmessage = ({ data }) => {
    if (typeof data === 'string') showEvent(JSON.parse(data))
    else
      new Uint8Array(data).forEach((count, i) => {
        document.getElementById(`pulse-${i}`).value = count
      })
  }
  socket.onclose = async ({ code }) => {
    if (code === 4401) return show('ended')
    if (code === 4403) return show('forbidden')
    show('lost')
    tries += 1
    await new Promise((resolve) =>
      setTimeout(resolve, Math.min(10_000, 200 * 2 ** tries) * Math.random()),
    )
    // The page renews the session, if there is one: an upgrade cannot set a cookie.
    const page = await fetch('/live', { redirect: 'manual' }).catch(() => undefined)
    if (page && !page.ok && page.status !== 503) return show('ended')
    connect()
  }
}

function showEvent({ from, event }) {
  const item = document.createElement('li')
  item.textContent = `${from}: ${event}`
  events.prepend(item)
  if (events.children.length > 50) events.lastChild.remove()
}

connect()
