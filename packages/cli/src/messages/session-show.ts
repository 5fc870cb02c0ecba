import type { CommandHelp, Texts } from './text.ts'

export const SESSION_SHOW_HELP = {
  summary: { en: 'show a session', zh: '显示会话' },
  text: {
    en: 'Shows a session that is alive: whose it is, from where, which apps have tokens of it, and when it ends.',
    zh: '显示有效的会话：属于谁、从何处登录、哪些应用持有其令牌、何时结束。',
  },
} satisfies CommandHelp

export const SESSION_SHOW = {
  session: { en: 'SESSION', zh: '会话' },
  person: { en: 'PERSON', zh: '用户' },
  signedIn: { en: 'SIGNED IN', zh: '登录时间' },
  began: { en: 'BEGAN', zh: '开始时间' },
  idleEnd: { en: 'ENDS WITHOUT USE', zh: '不使用时结束' },
  lastEnd: { en: 'ENDS AT THE LATEST', zh: '最迟结束时间' },
  apps: { en: 'APPS', zh: '应用' },
  refreshed: {
    en: '{client} at {audience}, refreshed {time}',
    zh: '{client}（{audience}），刷新于 {time}',
  },
  address: { en: 'ADDRESS', zh: '网络地址' },
  browser: { en: 'BROWSER', zh: '浏览器' },
} satisfies Texts
