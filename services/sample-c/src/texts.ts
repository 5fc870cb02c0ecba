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
  expiring: 'You will be signed out soon, unless you do something here.',
  /** By the reason that the issuer tells. */
  why: {
    admin: 'An administrator ended your session.',
    sign_out: 'You signed out.',
    expired: 'You have not been active for too long.',
    password_changed: 'Your password was changed.',
    one_time_code_changed: 'Your second factor was changed.',
    user_disabled: 'Your account was disabled.',
    user_deleted: 'Your account was deleted.',
    refresh_reused: 'Your session was used in two places at once.',
    client_disabled: 'This app was switched off.',
    user_switched: 'Somebody else signed in in this browser.',
    external_signal: 'Another system asked for it.',
    emergency: 'Everybody was signed out.',
  },
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
  expiring: '您即将被登出，除非您在此处进行操作。',
  why: {
    admin: '管理员结束了您的会话。',
    sign_out: '您已退出登录。',
    expired: '您长时间没有操作。',
    password_changed: '您的密码已更改。',
    one_time_code_changed: '您的第二重验证已更改。',
    user_disabled: '您的帐户已停用。',
    user_deleted: '您的帐户已删除。',
    refresh_reused: '您的会话同时在两处使用。',
    client_disabled: '此应用已停用。',
    user_switched: '另一位用户在此浏览器中登录。',
    external_signal: '另一个系统要求结束会话。',
    emergency: '所有用户均已被登出。',
  },
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
