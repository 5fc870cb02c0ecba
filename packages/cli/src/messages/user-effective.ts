import type { Helps, Texts } from './text.ts'

export const USER_EFFECTIVE_HELP = {
  effective: {
    summary: { en: 'show what a user may call, and why', zh: '显示用户可以调用什么及其原因' },
    text: {
      en: 'Shows each route of a service: whether the user may call it, by which grant, role or group, and until when. Then the grants that no route of the service matches.',
      zh: '显示服务的每条路由：用户是否可以调用，凭哪个授权、角色或组，以及到何时为止。然后列出与该服务任何路由都不匹配的授权。',
    },
  },
} satisfies Helps

export const USER_EFFECTIVE = {
  columnAccess: { en: 'ACCESS', zh: '访问' },
  columnRoute: { en: 'ROUTE', zh: '路由' },
  yes: { en: 'yes', zh: '可以' },
  no: { en: 'no', zh: '不可' },
  open: { en: 'public', zh: '公开' },
  blocked_user_disabled: {
    en: 'No token is made: the user is disabled.',
    zh: '不会签发令牌：该用户已停用。',
  },
  blocked_user_must_change_password: {
    en: 'No token is made: the user has to choose a new password first, at the sign-in page.',
    zh: '不会签发令牌：该用户须先在登录页设置新密码。',
  },
  blocked_service_disabled: {
    en: 'No token is made: the service is disabled.',
    zh: '不会签发令牌：该服务已停用。',
  },
  unmatched: {
    en: 'Grants that match no route ({count}):',
    zh: '不匹配任何路由的授权（{count}）：',
  },
  direct: { en: 'own grant {grant}', zh: '直接授权 {grant}' },
  role: { en: 'role {role}: {grant}', zh: '角色 {role}：{grant}' },
  groupRole: {
    en: 'role {role} of group {group}: {grant}',
    zh: '组 {group} 的角色 {role}：{grant}',
  },
  group: { en: 'group {group}: {grant}', zh: '组 {group}：{grant}' },
  until: { en: '{source}, until {time}', zh: '{source}，至 {time}' },
} satisfies Texts
