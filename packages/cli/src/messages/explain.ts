import type { Faults, Helps, Texts } from './text.ts'

export const EXPLAIN_HELP = {
  explain: {
    summary: { en: 'say what an error code means', zh: '说明错误代码的含义' },
    text: {
      en: 'Prints the page about a stable error code, as it stands in an answer, a log line or a message in brackets: what it means, what usually causes it, and what to do. Without CODE it lists them all.',
      zh: '打印某个稳定错误代码的说明页：含义、常见原因和处理办法。代码出现在应答、日志或消息的方括号中。没有 CODE 时列出全部代码。',
    },
  },
} satisfies Helps

export const EXPLAIN = {
  means: { en: 'What it means', zh: '含义' },
  causes: { en: 'Usual causes', zh: '常见原因' },
  toDo: { en: 'What to do', zh: '处理办法' },
} satisfies Texts

export const EXPLAIN_FAULTS = {
  unknownCode: {
    code: 'unknown-code',
    exit: 'failed',
    en: 'received {received}, expected a stable error code: latchkey explain lists them.',
    zh: '收到 {received}，应为稳定的错误代码：latchkey explain 会列出全部代码。',
  },
} satisfies Faults
