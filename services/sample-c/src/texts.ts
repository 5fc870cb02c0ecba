import type { FastifyRequest } from 'fastify'

const en = {
  title: 'Live',
  intro:
    'What happens in Orders and Reports, while it happens. Place an order, and it appears here.',
  orders: 'Orders',
  reports: 'Reports',
  signedInAs: 'Signed in as',
  signOut: 'Sign out',
  connecting: 'Connecting …',
  open: 'Connected',
  ended: 'Your session has ended. Nothing more is shown here.',
  forbidden: 'Your permissions have changed. You may not watch this any more.',
  lost: 'The connection is lost. Trying again …',
  again: 'Sign in again',
  back: 'Go to Orders',
  noScript: 'This page shows things as they happen, and needs JavaScript for that.',
  problems: {
    403: {
      title: 'You may not watch this',
      text: 'Your role does not include it. Ask an admin, or sign in as somebody else.',
    },
    404: { title: 'There is nothing here', text: 'The address is wrong.' },
    500: { title: 'Something went wrong', text: 'It is not your fault. Please try again soon.' },
    503: {
      title: 'Not at this moment',
      text: 'You have not been signed out. Please try again in a few seconds.',
    },
  },
}

export type Texts = typeof en

const zh: Texts = {
  title: '实时',
  intro: '“订单”和“报表”中正在发生的事情。下一个订单，它就会出现在这里。',
  orders: '订单',
  reports: '报表',
  signedInAs: '当前用户',
  signOut: '退出登录',
  connecting: '正在连接……',
  open: '已连接',
  ended: '您的会话已结束，此处不再显示新内容。',
  forbidden: '您的权限已更改，不能再查看此页面。',
  lost: '连接已断开，正在重试……',
  again: '重新登录',
  back: '前往“订单”',
  noScript: '此页面实时显示内容，需要启用 JavaScript。',
  problems: {
    403: {
      title: '您无权查看此页面',
      text: '您的角色不包含此权限。请联系管理员，或换一个用户登录。',
    },
    404: { title: '这里没有内容', text: '地址有误。' },
    500: { title: '出了点问题', text: '这不是您的问题，请稍后重试。' },
    503: { title: '暂时无法使用', text: '您并未被登出，请几秒钟后重试。' },
  },
}

/** English, unless Chinese is what the browser names first. */
export function textsFor(request: FastifyRequest): { lang: string; t: Texts } {
  const first = (request.headers['accept-language'] ?? '').trim().toLowerCase()
  return first.startsWith('zh') ? { lang: 'zh-CN', t: zh } : { lang: 'en', t: en }
}
