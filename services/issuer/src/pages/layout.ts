import { type Html, html, toText, trusted } from './html.ts'
import type { Locale } from './locale.ts'
import { ICON_URL, MARK } from './mark.ts'
import { CATALOGUES } from './messages/fill.ts'
import { STYLE } from './style.ts'

/** Name of the product, the same in every language. */
const BRAND = 'Latchkey'

/** The frame of every page: nothing fetched, usable by the simplest browser. */
export function layout(page: {
  locale: Locale
  title: string
  main: Html
  /** What one page alone has in its head. */
  head?: Html | undefined
}): string {
  return toText(html`<!doctype html>
<html lang="${page.locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${page.title} · ${BRAND}</title>
<link rel="icon" href="${ICON_URL}">
${STYLE}
${page.head}
</head>
<body>
<a class="skip" href="#main">${CATALOGUES[page.locale].skip}</a>
<div class="page">
<header class="brand">${MARK}<span>${BRAND}</span></header>
<main id="main" tabindex="-1">
${page.main}
</main>
</div>
</body>
</html>
`)
}

/** A form with its hidden fields. `action` is an address of this issuer, or the proven one of a client. */
export function form(
  action: string,
  hidden: Readonly<Record<string, string>>,
  content: Html,
): Html {
  const fields = Object.entries(hidden).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
  return html`<form method="post" action="${action}" accept-charset="utf-8">
${fields}
${content}
</form>`
}

/** A name that somebody chose: isolated, so that right-to-left text cannot rearrange the sentence around it. */
export function name(text: string): Html {
  return html`<bdi class="name">${text}</bdi>`
}

/** Somebody with an account: the name, and the user name where it says something else. */
export function person(user: { readonly username: string; readonly name?: string }): Html {
  return user.name === undefined || user.name === '' || user.name === user.username
    ? name(user.username)
    : html`${name(user.name)} (<bdi id="username">${user.username}</bdi>)`
}

const BADGES = {
  bad: 'M12 7v6m0 4h.01',
  good: 'm6.5 12.5 3.5 3.5 7.5-8',
  calm: 'M12 7v5l3 2',
} as const

/** A round picture that says at a glance how it went; the heading says it in words. */
export function badge(kind: keyof typeof BADGES): Html {
  const line = trusted(
    '<svg viewBox="0 0 24 24" width="28" height="28" fill="none" stroke="currentColor" stroke-width="2.25" ' +
      `stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="${BADGES[kind]}"/></svg>`,
  )
  return html`<div class="badge ${kind}">${line}</div>`
}
