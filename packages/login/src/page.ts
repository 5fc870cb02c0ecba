import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Language, preferredLanguage } from './language.ts'
import { PAGES, type PageFact, type PageName, STAY } from './page-texts.ts'
import type { Settings } from './settings.ts'

/** Neutral, because these pages stand in anybody's app; light and dark, phone first, nothing fetched. */
const STYLE = `
:root { color-scheme: light dark; --back: #f3f1ec; --card: #fff; --ink: #1b2430; --soft: #56606d; --rule: #e4e1da;
  --act: #17405f; --over: #0f2f47; --on: #fff; --ring: #a06a10 }
@media (prefers-color-scheme: dark) { :root { --back: #11161b; --card: #1a2129; --ink: #ecebe6; --soft: #a8b0bb;
  --rule: #2c353f; --act: #e6b655; --over: #f2cb7c; --on: #1f1600; --ring: #f2cb7c } }
* { box-sizing: border-box }
html { background: var(--card); color: var(--ink); -webkit-text-size-adjust: 100%;
  font: 1rem/1.5 -apple-system, "Segoe UI", Roboto, "Noto Sans", Cantarell, Ubuntu, "DejaVu Sans", "PingFang SC",
  "Microsoft YaHei", "Noto Sans CJK SC", sans-serif }
body { margin: 0; padding: 3rem 1.5rem }
main { max-width: 28rem; margin: 0 auto }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; letter-spacing: -.015em; text-wrap: balance }
p { margin: .75rem 0 1.75rem; color: var(--soft); text-wrap: pretty }
form { margin: 0 }
a, button { display: block; width: 100%; min-height: 3rem; padding: .6875rem 1.25rem; border: 1px solid transparent;
  border-radius: .625rem; background: var(--act); color: var(--on); font: inherit; font-weight: 600;
  text-align: center; text-decoration: none; cursor: pointer }
a:hover, button:hover { background: var(--over) }
.quiet, .quiet:hover { margin-top: .5rem; background: none; color: var(--ink); text-decoration: underline;
  text-underline-offset: .2em }
:focus-visible { outline: 3px solid var(--ring); outline-offset: 2px }
@media (min-width: 32rem) {
  html { background: var(--back) }
  body { display: flex; min-height: 100vh; align-items: center; padding: 2rem 1rem 12vh }
  main { width: 28rem; padding: 2.5rem; border: 1px solid var(--rule); border-radius: 1.25rem; background: var(--card);
    box-shadow: 0 18px 48px -18px rgb(0 0 0 / .18) }
}
`
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

export type SendPage = (
  request: FastifyRequest,
  reply: FastifyReply,
  name: PageName,
  facts?: { href?: string; retryAfterSeconds?: number },
) => FastifyReply

/** Answers with one of our pages. `href` is where its link leads; by default to sign-in. */
export function pages(settings: Pick<Settings, 'issuer' | 'paths'>): SendPage {
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    // The empty icon: without one, browsers ask the app for /favicon.ico.
    'img-src data:',
    // The form's answer redirects to the issuer, and browsers hold redirects of forms against this list too.
    `form-action 'self' ${new URL(settings.issuer).origin}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
  return (request, reply, name, facts = {}) => {
    const page: PageFact = PAGES[name]
    const language = preferredLanguage(request.headers['accept-language'])
    if (facts.retryAfterSeconds !== undefined) reply.header('retry-after', facts.retryAfterSeconds)
    const target =
      page.action === 'sign_out' ? settings.paths.logout : (facts.href ?? settings.paths.login)
    return reply
      .code(page.status)
      .headers({
        'content-type': 'text/html; charset=utf-8',
        'content-language': language,
        'cache-control': 'no-store',
        'content-security-policy': policy,
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
      })
      .send(html(page, language, target))
  }
}

function html(page: PageFact, language: Language, target: string): string {
  const { title, text, action } = page.texts[language]
  const control =
    page.action === 'sign_out'
      ? `<form method="post" action="${escaped(target)}"><button>${action}</button></form>
<a class="quiet" href="/">${STAY[language]}</a>`
      : `<a href="${escaped(target)}">${action}</a>`
  return `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
<main>
<h1>${title}</h1>
<p>${text}</p>
${control}
</main>
</html>
`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
