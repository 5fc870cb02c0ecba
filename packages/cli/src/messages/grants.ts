import type { Faults } from './text.ts'

export const GRANTS_FAULTS = {
  notAGrant: {
    code: 'grant-form',
    exit: 'usage',
    en: '{received} is no grant: it is an audience, a method and a path, in quotes: "https://orders.example GET /orders/*". An end may follow: "… until 2026-12-31T00:00Z".',
    zh: '{received} 不是授权：应为受众、方法和路径，放在引号中："https://orders.example GET /orders/*"。之后可以有截止时间："… until 2026-12-31T00:00Z"。',
  },
  notAnEnd: {
    code: 'grant-end',
    exit: 'usage',
    en: '{received} is no time such as 2026-12-31T00:00Z.',
    zh: '{received} 不是 2026-12-31T00:00Z 这样的时间。',
  },
} satisfies Faults
