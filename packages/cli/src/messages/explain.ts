import type { Faults, Helps, Texts } from './text.ts'

export const EXPLAIN_HELP = {
  explain: {
    summary: {
      en: 'say what an error code means, or why a request is refused',
      zh: '说明错误代码的含义，或请求被拒绝的原因',
    },
    text: {
      en: 'With CODE it prints the page about a stable error code, as it stands in an answer, a log line or a message in brackets. With TOKEN, METHOD and PATH it asks the issuer which check decides about that request at the service: from the route to the right, with who ended what, and which role would open the route. With --keys it asks nobody, and says what it cannot know. With --request it asks why a request of that id was refused. TOKEN is a file, - for standard input (both keep it out of the history of the shell), or the token itself. Without anything it lists all codes.',
      zh: '给出 CODE 时，打印该稳定错误代码的说明页。给出 TOKEN、METHOD 和 PATH 时，询问签发服务：在该服务中由哪项检查决定这个请求，包括路由、由谁结束、哪个角色可打开路由等。使用 --keys 时不询问任何人，并说明无法得知的内容。使用 --request 询问该编号的请求为何被拒。TOKEN 可以是文件、表示标准输入的 -（两者都不会留在 shell 历史中），或令牌本身。不带参数时列出全部代码。',
    },
  },
} satisfies Helps

export const EXPLAIN = {
  means: { en: 'What it means', zh: '含义' },
  causes: { en: 'Usual causes', zh: '常见原因' },
  toDo: { en: 'What to do', zh: '处理办法' },
  offline: {
    en: 'Without the issuer, and taking what is unknown for good:',
    zh: '未询问签发服务，未知的项视为通过：',
  },
  noSuchFile: { en: 'there is no such file', zh: '没有这个文件' },
} satisfies Texts

export const EXPLAIN_FAULTS = {
  tokenFile: {
    code: 'token-file',
    exit: 'usage',
    en: '{file} cannot be read: {why}. It is no token either: that has three parts between dots.',
    zh: '无法读取 {file}：{why}。它也不是令牌：令牌由点分隔的三部分组成。',
  },
  unknownCode: {
    code: 'unknown-code',
    exit: 'failed',
    en: 'received {received}, expected a stable error code: latchkey explain lists them.',
    zh: '收到 {received}，应为稳定的错误代码：latchkey explain 会列出全部代码。',
  },
} satisfies Faults
