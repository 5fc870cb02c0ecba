import type { Helps, Texts } from './text.ts'

export const VERIFIERS_HELP = {
  list: {
    summary: { en: 'list the verifiers of all services', zh: '列出所有服务的验证器' },
    text: {
      en: 'Lists the verifiers on the feed of any issuer process: how far they have applied the revocation log, and since when who is gone.',
      zh: '列出任一签发者进程的推送上的验证器：它们对吊销日志应用到了何处，以及谁从何时起离开。',
    },
  },
} satisfies Helps

export const VERIFIERS = {
  columnService: { en: 'SERVICE', zh: '服务' },
  columnInstance: { en: 'INSTANCE', zh: '实例' },
  columnProcess: { en: 'ISSUER', zh: '签发者' },
  columnState: { en: 'STATE', zh: '状态' },
  upToDate: { en: 'up to date', zh: '最新' },
  behind: { en: '{entries} behind', zh: '落后 {entries} 条' },
  notPlaced: { en: 'not placed yet', zh: '尚未就位' },
  goneSince: { en: 'gone {time}', zh: '{time} 离开' },
  noVerifiers: { en: 'No service is on the feed.', zh: '没有服务连接到推送。' },
  verifiersIncomplete: {
    en: 'The store does not answer: these are the verifiers of one issuer process only.',
    zh: '存储没有应答：这里只有一个签发者进程的验证器。',
  },
} satisfies Texts
