import type { FastifyRequest } from 'fastify'
import type { DailyReport } from './ask-reports.ts'
import { type Html, html } from './html.ts'
import { layout, moment } from './layout.ts'
import type { Order } from './order-book.ts'
import type { Texts } from './texts.ts'

/** What the person may do besides looking: a button that would be refused is not shown. */
export interface Rights {
  readonly place: boolean
  readonly remove: boolean
}

export function welcomePage(request: FastifyRequest): string {
  return layout(request, (t) => ({
    title: t.welcome,
    main: html`<p class="soft">${t.welcomeText}</p>
<p><a class="button" id="begin" href="/orders">${request.person ? t.orders : t.signIn}</a></p>`,
  }))
}

export function ordersPage(
  request: FastifyRequest,
  orders: readonly Order[],
  rights: Rights,
): string {
  return layout(request, (t) => ({
    title: t.orders,
    main: html`${orders.length === 0 ? html`<p class="soft">${t.noOrders}</p>` : table(orders, rights, t)}
<p id="notice" role="status" data-removed="${t.removed}" data-refused="${t.notRemoved}"></p>
${rights.place ? newOrder(t) : html`<p class="note" id="read-only">${t.readOnly}</p>`}`,
  }))
}

function table(orders: readonly Order[], rights: Rights, t: Texts): Html {
  const row = ({ id, item, quantity }: Order) => html`<tr>
<td><a href="/orders/${id}">${id}</a></td><td class="text">${item}</td><td class="number">${quantity}</td>
${rights.remove ? html`<td class="number"><button class="quiet" data-remove="${id}">${t.remove}</button></td>` : ''}</tr>`
  return html`<table id="orders">
<thead><tr><th>${t.order}</th><th>${t.item}</th><th class="number">${t.quantity}</th>${rights.remove ? html`<td></td>` : ''}</tr></thead>
<tbody>${orders.map(row)}</tbody></table>`
}

function newOrder(t: Texts): Html {
  return html`<form id="new-order" method="post" action="/orders">
<label class="wide">${t.item}<input name="item" required maxlength="80" autocomplete="off"></label>
<label>${t.quantity}<input name="quantity" required inputmode="numeric" pattern="[1-9][0-9]{0,3}" value="1" size="4" autocomplete="off"></label>
<button>${t.add}</button></form>`
}

export function orderPage(request: FastifyRequest, order: Order): string {
  return layout(request, (t, lang) => ({
    title: `${t.order} ${order.id}`,
    main: html`<dl><dt>${t.item}</dt><dd class="text">${order.item}</dd><dt>${t.quantity}</dt><dd>${order.quantity}</dd>
<dt>${t.placed}</dt><dd>${moment(order.placedAt, lang)}</dd></dl>
<p class="note"><a href="/orders">${t.back}</a></p>`,
  }))
}

export function summaryPage(request: FastifyRequest, report: DailyReport): string {
  return layout(request, (t, lang) => ({
    title: t.summary,
    main: html`<p class="soft">${t.summaryText}</p>
<p class="figures"><span><b>${report.orders}</b> ${t.ordersCounted}</span> <span><b>${report.pieces}</b> ${t.pieces}</span></p>
<dl id="report"><dt>${t.counted}</dt><dd>${report.madeAt === '' ? t.notCounted : moment(report.madeAt, lang)}</dd>
<dt>${t.askedFor}</dt><dd><code>${report.for}</code></dd><dt>${t.askedBy}</dt><dd><code>${report.calledBy}</code></dd></dl>`,
  }))
}

/** Why there is no summary. */
export function noSummaryPage(request: FastifyRequest, status: 401 | 403 | 503): string {
  return layout(request, (t) => ({
    title: t.summary,
    main: html`<p class="alert" id="refused">${t.noReport[status]}</p>
<p class="note"><a href="/orders">${t.back}</a></p>`,
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
<p>${wayOn(status, t)}</p>`,
    }
  })
}

function wayOn(status: number, t: Texts): Html {
  // All orders may be what was refused.
  if (status === 403) return html`<a class="button" href="/">${t.first}</a>`
  return html`<a class="button" href="/orders">${status === 401 ? t.signIn : t.back}</a>`
}
