import type { FastifyRequest } from 'fastify'

const en = {
  title: 'Orders',
  welcome: 'Orders of a small locksmith. Sign in once, and Reports and Live know you too.',
  signIn: 'Sign in',
  signOut: 'Sign out',
  signedInAs: 'Signed in as',
  orders: 'All orders',
  summary: 'Summary from Reports',
  live: 'Live',
  order: 'Order',
  item: 'Item',
  quantity: 'Quantity',
  placed: 'Placed',
  add: 'Place an order',
  remove: 'Remove',
  back: 'Back to all orders',
  reportRefused: 'Reports has refused this call: your role there is not enough.',
  reportFor: 'Reports answered for',
  calledBy: 'called by',
  count: 'orders',
  pieces: 'pieces',
}

const zh: typeof en = {
  title: '订单',
  welcome: '一家小锁匠铺的订单。登录一次，“报表”和“实时”也会认识您。',
  signIn: '登录',
  signOut: '退出登录',
  signedInAs: '当前用户',
  orders: '全部订单',
  summary: '来自“报表”的汇总',
  live: '实时',
  order: '订单',
  item: '商品',
  quantity: '数量',
  placed: '下单时间',
  add: '下单',
  remove: '删除',
  back: '返回全部订单',
  reportRefused: '“报表”拒绝了此次调用：您在那里的权限不足。',
  reportFor: '“报表”的回答对象',
  calledBy: '调用方',
  count: '个订单',
  pieces: '件',
}

export type Texts = typeof en

/** English, unless Chinese is what the browser names first. */
export function textsFor(request: FastifyRequest): { lang: string; texts: Texts } {
  const first = (request.headers['accept-language'] ?? '').trim().toLowerCase()
  return first.startsWith('zh') ? { lang: 'zh-CN', texts: zh } : { lang: 'en', texts: en }
}
