import type { Helps, Texts } from './text.ts'

export const SERVICES_HELP = {
  list: {
    summary: { en: 'list services', zh: '列出服务' },
    text: {
      en: 'Lists the services that accept tokens of the issuer.',
      zh: '列出接受签发方令牌的服务。',
    },
  },
  show: {
    summary: { en: 'show a service', zh: '显示服务' },
    text: { en: 'Shows what is known of a service.', zh: '显示服务的信息。' },
  },
  add: {
    summary: { en: 'add a service', zh: '添加服务' },
    text: {
      en: 'Adds a service by its audience. The clients whose credentials open its feed are given by --client; they have to exist.',
      zh: '按受众添加服务。其凭据可打开该服务 feed 的客户端用 --client 给出，且必须已存在。',
    },
  },
  set: {
    summary: { en: 'change a service', zh: '更改服务' },
    text: {
      en: 'Changes what is given and leaves the rest. --client replaces the whole list: who is left out loses the feed.',
      zh: '只更改给出的成员，其余不变。--client 替换整个列表：未列出的客户端失去 feed。',
    },
  },
  remove: {
    summary: { en: 'remove a service', zh: '删除服务' },
    text: {
      en: 'Removes a service after a question, and ends its tokens. One at which somebody has a grant, or that a client may ask tokens for, stays.',
      zh: '询问后删除服务并结束其令牌。仍有人持有其授权、或仍有客户端可为其请求令牌的服务不会删除。',
    },
  },
  disable: {
    summary: { en: 'put a service into quarantine', zh: '隔离一个服务' },
    text: {
      en: 'Nobody gets tokens for the service any more, and it accepts none of those that there are. People stay signed in, and other services go on.',
      zh: '不再为该服务签发令牌，它也不再接受已有的令牌。用户保持登录，其他服务照常运行。',
    },
  },
  enable: {
    summary: { en: 'let a service out of quarantine', zh: '解除对服务的隔离' },
    text: {
      en: 'Opens a service again. Apps get new tokens for it by themselves.',
      zh: '重新开放服务。应用会自行为它取得新令牌。',
    },
  },
} satisfies Helps

export const SERVICES = {
  columnAudience: { en: 'SERVICE', zh: '服务' },
  columnState: { en: 'STATE', zh: '状态' },
  columnAlg: { en: 'ALG', zh: '算法' },
  columnName: { en: 'NAME', zh: '名称' },
  columnClients: { en: 'CLIENTS', zh: '客户端' },
  columnSeconds: { en: 'TOKENS LIVE', zh: '令牌有效期' },
  columnStatusList: { en: 'STATUS LIST', zh: '状态列表' },
  seconds: { en: '{count} s', zh: '{count} 秒' },
  stateOpen: { en: 'open', zh: '开放' },
  stateQuarantine: { en: 'quarantine', zh: '隔离' },
  added: { en: '{name} is added.', zh: '已添加 {name}。' },
  changed: { en: '{name} is changed.', zh: '已更改 {name}。' },
  same: { en: 'Nothing to change: give an option.', zh: '没有要更改的内容：请给出选项。' },
  askRemove: { en: 'Remove the service {name}? (yes/no) ', zh: '要删除服务 {name} 吗？（是/否）' },
  removed: {
    en: '{name} is removed, and its tokens have ended.',
    zh: '已删除 {name}，其令牌已结束。',
  },
  disabled: { en: '{name} is in quarantine.', zh: '{name} 已被隔离。' },
  enabled: { en: '{name} is open again.', zh: '{name} 已重新开放。' },
} satisfies Texts
