import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Language, preferredLanguage } from './language.ts'
import { PAGES, type PageFact, type PageName } from './page-texts.ts'
import type { Settings } from './settings.ts'

const STYLE = `
:root { color-scheme: light dark }
body { margin: 0; min-height: 100vh; display: grid; place-items: center;
  font: 16px/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText }
main { max-width: 26rem; margin: 1.5rem }
h1 { font-size: 1.4rem; line-height: 1.3 }
a, button { display: inline-block; padding: .6rem 1.2rem; border: 0; border-radius: .4rem;
  background: #2451b7; color: #fff; font: inherit; text-decoration: none; cursor: pointer }
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
      ? `<form method="post" action="${escaped(target)}"><button>${action}</button></form>`
      : `<a href="${escaped(target)}">${action}</a>`
  return `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
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
