import type { FastifyRequest } from 'fastify'
import { type Html, html } from './html.ts'
import { type Texts, textsFor } from './texts.ts'

/** The page; `assets/live.js` fills it. What it says when the socket closes stands in `data-` attributes. */
export function livePage(request: FastifyRequest): string {
  return layout(request, (t) => ({
    title: t.title,
    main: html`<p class="soft">${t.intro}</p>
<noscript><p class="alert">${t.noScript}</p></noscript>
<p id="status" role="status" data-state="connecting" data-open="${t.open}" data-ended="${t.ended}" data-lost="${t.lost}">${t.connecting}</p>
<p id="why" role="status" ${Object.entries(t.why).map(([reason, text]) => html`data-${reason}="${text}" `)}hidden></p>
<p id="expiring" role="status" data-text="${t.expiring}" hidden></p>
<p id="again" hidden><a class="button" href="/live">${t.again}</a></p>
<p class="figures" id="counts"><span><b>0</b> ${t.orders}</span> <span><b>0</b> ${t.reports}</span></p>
<ol id="events"></ol>
<script type="module" src="/live.js"></script>`,
  }))
}

/** Instead of an error that only programs understand. */
export function problemPage(request: FastifyRequest, status: number): string {
  return layout(request, (t) => {
    const known = status in t.problems ? (status as keyof Texts['problems']) : 500
    const { title, text } = t.problems[known]
    return {
      title,
      main: html`<p class="soft" id="problem" data-status="${status}">${text}</p>
<p><a class="button" href="/orders">${t.back}</a></p>`,
    }
  })
}

/** The frame of every page. */
function layout(
  request: FastifyRequest,
  content: (t: Texts) => { readonly title: string; readonly main: Html },
): string {
  const { lang, t } = textsFor(request)
  const { title, main } = content(t)
  const person =
    request.person &&
    html`<form class="person" id="bar" method="post" action="/logout"><span><span class="soft">${t.signedInAs}</span> <b id="person">${request.person.name}</b></span>
<button class="quiet" id="sign-out">${t.signOut}</button></form>`
  return html`<!doctype html>
<html lang="${lang}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><link rel="icon" href="/icon.svg"><link rel="stylesheet" href="/style.css"></head>
<body><header><a class="brand" href="/"><img src="/icon.svg" alt="" width="30" height="30">${t.title}</a>
<nav><a href="/orders">${t.orders}</a></nav>
${person}</header>
<main><h1>${title}</h1>
${main}</main></body></html>
`.text
}
