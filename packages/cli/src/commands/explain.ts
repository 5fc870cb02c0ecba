import { command } from '../command.ts'
import { explainCode, listCodes } from '../explain-code.ts'
import { explainRefused } from '../explain-refused.ts'
import { explainToken } from '../explain-token.ts'
import { EXPLAIN_HELP } from '../messages/explain.ts'

export const explain = command({
  name: 'explain',
  help: EXPLAIN_HELP.explain,
  arguments: ['[CODE|TOKEN]', '[METHOD]', '[PATH]'],
  options: {
    request: {
      value: 'ID',
      text: {
        en: 'the id of a refused request, from a log line or an error',
        zh: '被拒请求的编号，见日志行或错误',
      },
    },
    service: {
      value: 'AUDIENCE',
      text: {
        en: 'the service that is called (default: the one that the token is for)',
        zh: '被调用的服务（默认：令牌面向的服务）',
      },
    },
  },
  examples: [
    'latchkey explain owned-by-file',
    'latchkey explain - GET /orders/7 < token.txt',
    'latchkey explain token.txt GET /orders/7 --service https://orders.example',
    'latchkey explain --request ed8f4a6b90c1d2e3f4.4f',
  ],
  run: async (context) => {
    const [subject, method, path] = context.arguments
    const { request, service } = context.options
    if (request !== undefined) return await explainRefused(request, context)
    if (subject === undefined) listCodes(context)
    else if (method === undefined) explainCode(subject, context)
    else await explainToken({ subject, method, path, service }, context)
    return undefined
  },
})
