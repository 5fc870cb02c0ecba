import type { Helps, Texts } from './text.ts'

export const SERVICE_ROUTES_HELP = {
  routes: {
    summary: { en: 'list the routes of a service', zh: '列出服务的路由' },
    text: {
      en: 'Lists the routes that the versions of a service have published which are connected now, each with the number that it has in tokens. --all adds the routes of earlier versions.',
      zh: '列出当前已连接的各服务版本所发布的路由，以及每条路由在令牌中的编号。--all 还会列出早先版本的路由。',
    },
  },
  drift: {
    summary: { en: 'find routes and grants that have gone apart', zh: '查找路由与授权的偏差' },
    text: {
      en: 'Reports closed routes that nobody may call, grants that cover no route, with the route that was probably meant, routes that were declared without saying whether they are public, and routes that differ in names of parameters only. Ends with 5 when there is anything.',
      zh: '报告无人可调用的封闭路由、不涵盖任何路由的授权（并给出可能想指的路由）、未声明是否公开的路由，以及仅参数名不同的路由。若有任何一项，则以 5 结束。',
    },
  },
} satisfies Helps

export const SERVICE_ROUTES = {
  all: { en: 'also routes of earlier versions', zh: '也列出早先版本的路由' },
  columnNumber: { en: 'NUMBER', zh: '编号' },
  columnAccess: { en: 'ACCESS', zh: '访问' },
  columnRoute: { en: 'ROUTE', zh: '路由' },
  accessPublic: { en: 'public', zh: '公开' },
  accessGranted: { en: 'by grant', zh: '按授权' },
  accessUndeclared: { en: 'undeclared', zh: '未声明' },
  accessGone: { en: 'gone', zh: '已消失' },
  agreed: {
    en: '{count} routes, and grants agree with them.',
    zh: '{count} 条路由，授权与之相符。',
  },
  unreachable: { en: 'Nobody may call ({count}):', zh: '无人可调用（{count}）：' },
  gone: { en: 'Grants that cover no route ({count}):', zh: '不涵盖任何路由的授权（{count}）：' },
  undeclared: {
    en: 'Declared without saying whether they are public ({count}):',
    zh: '未声明是否公开（{count}）：',
  },
  duplicates: { en: 'The same route twice ({count}):', zh: '同一路由出现两次（{count}）：' },
  heldBy: { en: 'held by {holders}', zh: '持有者：{holders}' },
  heldByNobody: {
    en: 'granted by {holders}, which nobody has',
    zh: '由 {holders} 授予，但无人拥有',
  },
  nearest: { en: 'nearest: {route}', zh: '最接近：{route}' },
  wasRoute: { en: 'was a route of an earlier version', zh: '曾是早先版本的路由' },
  holderUsers: { en: 'users', zh: '用户' },
  holderRole: { en: 'role {id}', zh: '角色 {id}' },
  holderGroup: { en: 'group {id}', zh: '组 {id}' },
  holderClient: { en: 'client {id}', zh: '客户端 {id}' },
} satisfies Texts
