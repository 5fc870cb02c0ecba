import { type Html, html } from './html.ts'
import { badge, layout, name } from './layout.ts'
import type { Locale } from './locale.ts'
import type { Messages } from './messages/en.ts'
import { CATALOGUES, fill } from './messages/fill.ts'

export interface SignedOutPage {
  readonly locale: Locale
  /** The apps of the session that has ended; absent when nothing can be said about them. */
  readonly apps?: readonly SignedOutApp[]
  /** This browser has other sessions, which go on. */
  readonly hasOthers?: boolean
  /** Addresses of apps that are loaded unseen, so that they can forget the person: Front-Channel Logout 1.0. */
  readonly frames?: readonly string[]
  /** Where the browser goes by itself, and when: back to the app, or here again. */
  readonly next?: { readonly url: string; readonly afterSeconds: number }
  /** The way back to the app, for who does not want to wait. */
  readonly returnTo?: string
  /** Where the page can be had again, when something on it may still change. */
  readonly statusUrl?: string
}

export interface SignedOutApp {
  readonly name: string
  readonly told: 'signed_out' | 'pending' | 'none' | 'unreached' | 'unconfirmed'
  /** Second since 1970 from which on nothing accepts its tokens. */
  readonly endsAt: number
  readonly isOver: boolean
}

/** The last page: it says how far each app is, and nothing that is not known. */
export function signedOutPage(page: SignedOutPage): string {
  const { locale, apps = [], frames = [], next, returnTo, statusUrl } = page
  const messages = CATALOGUES[locale]
  const title = page.hasOthers ? messages.sessionEndedTitle : messages.signedOutTitle
  return layout({
    locale,
    title,
    head:
      next && html`<meta http-equiv="refresh" content="${`${next.afterSeconds};url=${next.url}`}">`,
    main: html`${badge('good')}<h1>${title}</h1>
<p class="soft">${apps.length > 0 ? messages.signedOutApps : messages.signedOutText}</p>
${apps.length > 0 ? html`<ul class="apps" id="apps">\n${apps.map((app, index) => appRow(messages, app, index + 1))}</ul>` : undefined}
${returnTo === undefined ? undefined : html`<a class="quiet" id="continue" href="${returnTo}">${messages.signedOutContinue}</a>`}
${statusUrl === undefined ? undefined : html`<a class="quiet" id="again" href="${statusUrl}">${messages.signedOutAgain}</a>`}
<p class="note">${page.hasOthers ? html`${messages.signedOutOthers} <a id="home" href="/">${messages.signedOutHome}</a>` : messages.signedOutShared}</p>
${frames.map((url) => html`<iframe hidden src="${url}" sandbox="allow-scripts allow-same-origin" title=""></iframe>\n`)}`,
  })
}

function appRow(messages: Messages, app: SignedOutApp, number: number): Html {
  const isDone = app.told === 'signed_out'
  const state = isDone ? messages.appSignedOut : stateText(messages, app)
  return html`<li id="app-${number}"><div>${name(app.name)}
<span class="${isDone ? 'state good' : 'state'}">${state}</span></div></li>
`
}

function stateText(messages: Messages, { told, endsAt, isOver }: SignedOutApp): Html {
  const access = isOver
    ? html`${messages.appEnded}`
    : fill(messages.appEndsBy, { time: timeOf(endsAt) })
  if (told === 'unreached') return html`${messages.appUnreached} ${access}`
  if (told === 'unconfirmed') return html`${messages.appUnconfirmed} ${access}`
  return access
}

/** In UTC: where the person is cannot be known without a script. */
function timeOf(second: number): Html {
  const iso = new Date(second * 1000).toISOString()
  return html`<time datetime="${iso}">${iso.slice(11, 19)}</time>`
}
