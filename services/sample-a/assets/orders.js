// Removes an order: HTML forms know no DELETE.
for (const button of document.querySelectorAll('[data-remove]')) {
  button.addEventListener('click', async () => {
    button.disabled = true
    const answer = await fetch(`/orders/${button.dataset.remove}`, { method: 'DELETE' })
    if (answer.status === 204) button.closest('tr').remove()
    else if (answer.status === 401) location.reload()
    else button.replaceWith(`✕ ${answer.status}`)
  })
}
