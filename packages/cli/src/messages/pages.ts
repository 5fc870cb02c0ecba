/** Lists: their progress, their ends. */
import type { Faults, Texts } from './text.ts'

export const PAGES = {
  soFar: { en: '{count} so far …', zh: '目前 {count} 条 …' },
  nothing: { en: 'There is nothing to list.', zh: '没有可列出的内容。' },
} satisfies Texts

export const PAGES_FAULTS = {
  notACount: {
    code: 'not-a-count',
    exit: 'usage',
    en: '--limit is {received}, and must be a whole number above 0.',
    zh: '--limit 为 {received}，必须是大于 0 的整数。',
  },
} satisfies Faults
