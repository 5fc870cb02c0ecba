import type { Helps, Texts } from './text.ts'

export const SERVICES_HELP = {
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
  disabled: { en: '{name} is in quarantine.', zh: '{name} 已被隔离。' },
  enabled: { en: '{name} is open again.', zh: '{name} 已重新开放。' },
} satisfies Texts
