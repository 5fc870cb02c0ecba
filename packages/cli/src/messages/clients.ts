import type { Helps, Texts } from './text.ts'

export const CLIENTS_HELP = {
  disable: {
    summary: { en: 'disable an app or a machine', zh: '停用应用或机器客户端' },
    text: {
      en: 'Disables a client: it gets nothing more, and everything that it was given ends at once, at all services.',
      zh: '停用客户端：它不再得到任何东西，已给它的一切在所有服务立即结束。',
    },
  },
  enable: {
    summary: { en: 'enable a disabled client again', zh: '重新启用已停用的客户端' },
    text: {
      en: 'Enables a client that was disabled. What ended stays ended.',
      zh: '启用已停用的客户端。已结束的不会恢复。',
    },
  },
} satisfies Helps

export const CLIENTS = {
  disabled: {
    en: '{name} is disabled, and everything that it was given has ended.',
    zh: '已停用 {name}，已给它的一切均已结束。',
  },
  enabled: { en: '{name} is enabled.', zh: '已启用 {name}。' },
} satisfies Texts
