// Removes an order: HTML forms know no DELETE.
const notice = document.getElementById('notice')
for (const button of document.querySelectorAll('[data-remove]')) {
  button.addEventListener('click', async () => {
    button.disabled = true
    const path = `/orders/${button.dataset.remove}`
    const answer = await fetch(path, { method: 'DELETE' }).catch(() => undefined)
    // Signed out meanwhile: the page itself leads to sign-in.
    if (answer?.status === 401) return location.reload()
    const removed = answer?.status === 204
    if (removed) button.closest('tr').remove()
    else button.disabled = false
    notice.textContent = removed ? notice.dataset.removed : notice.dataset.refused
  })
}

// A page that the browser kept alive for the back button was let in back then, not now.
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) location.reload()
})
