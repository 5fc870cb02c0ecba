import type { FastifyRequest } from 'fastify'

const en = {
  title: 'Orders',
  welcome: 'Orders of a small locksmith',
  welcomeText: 'Sign in once, and Reports and Live know you too.',
  signIn: 'Sign in',
  signOut: 'Sign out',
  signedInAs: 'Signed in as',
  orders: 'Orders',
  summary: 'Summary',
  live: 'Live',
  order: 'Order',
  item: 'Item',
  quantity: 'Quantity',
  placed: 'Placed',
  noOrders: 'There are no orders.',
  add: 'Place an order',
  readOnly: 'You may look at orders. Your role does not include placing them.',
  remove: 'Remove',
  removed: 'The order is removed.',
  notRemoved: 'The order was not removed.',
  back: 'All orders',
  first: 'First page',
  summaryText: 'What Reports has just told this app, with your rights there.',
  ordersCounted: 'orders',
  pieces: 'pieces',
  counted: 'Counted',
  notCounted: 'not yet: the job of Reports runs every ten seconds',
  askedFor: 'Asked for',
  askedBy: 'Asked by',
  noReport: {
    401: 'Your session ended while Reports was asked.',
    403: 'Reports has refused: your role does not include its daily report.',
    503: 'Reports does not answer at this moment. Please try again soon.',
  },
  problems: {
    400: {
      title: 'This cannot be used',
      text: 'Something is missing, too long or of the wrong kind. Please go back and check it.',
    },
    401: {
      title: 'You are not signed in any more',
      text: 'Nothing was changed. Please sign in and try again.',
    },
    403: {
      title: 'You may not do this',
      text: 'Your role does not include it, and nothing was changed. Ask an admin, or sign in as somebody else.',
    },
    404: {
      title: 'There is nothing here',
      text: 'The address is wrong, or what stood here has been removed.',
    },
    500: { title: 'Something went wrong', text: 'It is not your fault. Please try again soon.' },
    503: {
      title: 'Not at this moment',
      text: 'You have not been signed out. Please try again in a few seconds.',
    },
  },
}

export type Texts = typeof en

const zh: Texts = {
  title: '订单',
  welcome: '一家小锁匠铺的订单',
  welcomeText: '只需登录一次，“报表”和“实时”也会认识您。',
  signIn: '登录',
  signOut: '退出登录',
  signedInAs: '当前用户',
  orders: '订单',
  summary: '汇总',
  live: '实时',
  order: '订单',
  item: '商品',
  quantity: '数量',
  placed: '下单时间',
  noOrders: '暂无订单。',
  add: '下单',
  readOnly: '您可以查看订单，但您的角色不能下单。',
  remove: '删除',
  removed: '订单已删除。',
  notRemoved: '订单未能删除。',
  back: '全部订单',
  first: '首页',
  summaryText: '本应用刚刚以您在“报表”中的权限获取的内容。',
  ordersCounted: '个订单',
  pieces: '件商品',
  counted: '统计时间',
  notCounted: '尚未统计：“报表”的任务每十秒运行一次',
  askedFor: '代表用户',
  askedBy: '调用方',
  noReport: {
    401: '在请求“报表”时，您的会话已结束。',
    403: '“报表”拒绝了请求：您的角色不能查看日报。',
    503: '“报表”暂时没有响应，请稍后再试。',
  },
  problems: {
    400: { title: '内容无法使用', text: '有内容缺失、过长或格式不对，请返回检查。' },
    401: { title: '您的登录已失效', text: '没有任何更改。请登录后重试。' },
    403: {
      title: '您无权执行此操作',
      text: '您的角色不包含此权限，没有任何更改。请联系管理员，或换一个用户登录。',
    },
    404: { title: '这里没有内容', text: '地址有误，或者内容已被删除。' },
    500: { title: '出了点问题', text: '这不是您的问题，请稍后重试。' },
    503: { title: '暂时无法使用', text: '您并未被登出，请几秒钟后重试。' },
  },
}

/** English, unless Chinese is what the browser names first. */
export function textsFor(request: FastifyRequest): { lang: string; t: Texts } {
  const first = (request.headers['accept-language'] ?? '').trim().toLowerCase()
  return first.startsWith('zh') ? { lang: 'zh-CN', t: zh } : { lang: 'en', t: en }
}
