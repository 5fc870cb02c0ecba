import type { FastifyRequest } from 'fastify'
import { type Html, html } from './html.ts'
import type { Order } from './order-book.ts'
import { type Texts, textsFor } from './texts.ts'

export function welcomePage(request: FastifyRequest): string {
  return page(request, (t) =>
    request.person
      ? html`<p>${t.welcome}</p><p><a class="button" href="/orders">${t.orders}</a></p>`
      : html`<p>${t.welcome}</p><p><a class="button" id="sign-in" href="/orders">${t.signIn}</a></p>`,
  )
}

export function ordersPage(request: FastifyRequest, orders: readonly Order[]): string {
  return page(
    request,
    (t) => html`<h2>${t.orders}</h2>
<div class="scroll"><table id="orders"><thead><tr><th>${t.order}</th><th>${t.item}</th><th class="number">${t.quantity}</th><th></th></tr></thead>
<tbody>${orders.map((order) => row(order, t))}</tbody></table></div>
<form id="new-order" method="post" action="/orders">
<label>${t.item} <input name="item" required maxlength="80"></label>
<label>${t.quantity} <input name="quantity" required inputmode="numeric" pattern="[1-9][0-9]{0,3}" value="1" size="4"></label>
<button>${t.add}</button></form>`,
  )
}

export function orderPage(request: FastifyRequest, order: Order): string {
  return page(
    request,
    (t) => html`<h2 id="order">${t.order} ${order.id}</h2>
<dl><dt>${t.item}</dt><dd>${order.item}</dd><dt>${t.quantity}</dt><dd>${order.quantity}</dd>
<dt>${t.placed}</dt><dd><time>${order.placedAt}</time></dd></dl>
<p><a href="/orders">${t.back}</a></p>`,
  )
}

/** What Reports has answered, or that it has refused. */
export function summaryPage(
  request: FastifyRequest,
  status: number,
  report: Record<string, unknown> | undefined,
): string {
  return page(request, (t) =>
    report === undefined
      ? html`<h2>${t.summary}</h2><p id="refused">${t.reportRefused} (${status})</p>`
      : html`<h2>${t.summary}</h2>
<p id="report"><b>${text(report['orders'])}</b> ${t.count}, <b>${text(report['pieces'])}</b> ${t.pieces}</p>
<p class="soft">${t.reportFor} <code>${text(report['for'])}</code>, ${t.calledBy} <code>${text(report['calledBy'])}</code></p>`,
  )
}

function row(order: Order, t: Texts): Html {
  return html`<tr><td><a href="/orders/${order.id}">${order.id}</a></td><td>${order.item}</td><td class="number">${order.quantity}</td>
<td><button class="quiet" data-remove="${order.id}">${t.remove}</button></td></tr>`
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '–'
}

function page(request: FastifyRequest, main: (t: Texts) => Html): string {
  const { lang, texts: t } = textsFor(request)
  const { person } = request
  return html`<!doctype html>
<html lang="${lang}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${t.title}</title><link rel="stylesheet" href="/style.css"><script src="/orders.js" defer></script></head>
<body><header><a class="name" href="/">${t.title}</a>${
    person &&
    html`<nav><a href="/orders">${t.orders}</a><a href="/summary">${t.summary}</a></nav>
<form method="post" action="/logout"><span class="soft">${t.signedInAs} <b id="person">${person.name}</b></span>
<button class="quiet" id="sign-out">${t.signOut}</button></form>`
  }</header>
<main>${main(t)}</main></body></html>`.text
}
