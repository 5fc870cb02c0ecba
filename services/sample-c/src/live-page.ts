import type { FastifyRequest } from 'fastify'

const TEXTS = {
  en: {
    title: 'Live',
    intro: 'What happens in Orders and Reports, while it happens.',
    signedInAs: 'Signed in as',
    signOut: 'Sign out',
    connecting: 'connecting …',
    open: 'connected',
    ended: 'Your session has ended. Nothing more is shown here.',
    forbidden: 'Your permissions have changed. You may not watch this any more.',
    lost: 'The connection is lost. Trying again …',
    again: 'Sign in again',
  },
  zh: {
    title: '实时',
    intro: '“订单”和“报表”中正在发生的事情。',
    signedInAs: '当前用户',
    signOut: '退出登录',
    connecting: '正在连接……',
    open: '已连接',
    ended: '您的会话已结束，此处不再显示新内容。',
    forbidden: '您的权限已更改，不能再查看此页面。',
    lost: '连接已断开，正在重试……',
    again: '重新登录',
  },
}

/** The page; `assets/live.js` fills it. What it says when the socket closes stands in `data-` attributes. */
export function livePage(request: FastifyRequest): string {
  const chinese = (request.headers['accept-language'] ?? '').trim().toLowerCase().startsWith('zh')
  const t = chinese ? TEXTS.zh : TEXTS.en
  return `<!doctype html>
<html lang="${chinese ? 'zh-CN' : 'en'}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${t.title}</title><link rel="stylesheet" href="/style.css"><script src="/live.js" defer></script></head>
<body><header><b>${t.title}</b>
<form method="post" action="/logout"><span>${t.signedInAs} <b id="person">${escaped(request.person?.name ?? '')}</b></span>
<button id="sign-out">${t.signOut}</button></form></header>
<main><p>${t.intro}</p>
<p id="status" role="status" data-state="connecting" data-open="${t.open}" data-ended="${t.ended}" data-forbidden="${t.forbidden}" data-lost="${t.lost}">${t.connecting}</p>
<p id="again" hidden><a href="/live">${t.again}</a></p>
<div id="pulse"><label>Orders <meter id="pulse-0" min="0" max="20" value="0"></meter></label><label>Reports <meter id="pulse-1" min="0" max="20" value="0"></meter></label></div>
<ol id="events" reversed></ol></main></body></html>`
}

const NAMES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => NAMES[character] ?? character)
}
