import type { FastifyRequest } from 'fastify'
import { type Html, html } from './html.ts'
import { type Texts, textsFor } from './texts.ts'

export interface Page {
  readonly title: string
  readonly main: Html
}

/** The frame of every page. What is inside gets the texts in the person's language. */
export function layout(request: FastifyRequest, content: (t: Texts, lang: string) => Page): string {
  const { lang, t } = textsFor(request)
  const { title, main } = content(t, lang)
  return html`<!doctype html>
<html lang="${lang}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ${t.title}</title><link rel="icon" href="/icon.svg"><link rel="stylesheet" href="/style.css">
<script src="/orders.js" defer></script></head>
<body><header><a class="brand" href="/"><img src="/icon.svg" alt="" width="30" height="30">${t.title}</a>
${request.person && bar(request, t)}</header>
<main><h1>${title}</h1>
${main}</main></body></html>
`.text
}

function bar(request: FastifyRequest, t: Texts): Html {
  const link = (href: string, text: string) =>
    request.routeOptions.url === href
      ? html`<a href="${href}" aria-current="page">${text}</a>`
      : html`<a href="${href}">${text}</a>`
  return html`<nav>${link('/orders', t.orders)}${link('/summary', t.summary)}${link('/live', t.live)}</nav>
<form class="person" method="post" action="/logout"><span><span class="soft">${t.signedInAs}</span> <b id="person">${request.person?.name}</b></span>
<button class="quiet" id="sign-out">${t.signOut}</button></form>`
}

/** A moment in UTC, as people of this language write it. */
export function moment(iso: string, lang: string): Html {
  const format = new Intl.DateTimeFormat(lang, {
    dateStyle: 'medium',
    timeStyle: 'medium',
    timeZone: 'UTC',
  })
  return html`<time datetime="${iso}">${format.format(new Date(iso))} UTC</time>`
}
