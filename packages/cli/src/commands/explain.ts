import { command } from '../command.ts'
import { explainCode, listCodes } from '../explain-code.ts'
import { explainToken } from '../explain-token.ts'
import { EXPLAIN_HELP } from '../messages/explain.ts'

export const explain = command({
  name: 'explain',
  help: EXPLAIN_HELP.explain,
  arguments: ['[CODE|TOKEN]', '[METHOD]', '[PATH]'],
  options: {
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
  ],
  run: async (context) => {
    const [subject, method, path] = context.arguments
    if (subject === undefined) listCodes(context)
    else if (method === undefined) explainCode(subject, context)
    else await explainToken({ subject, method, path, service: context.options.service }, context)
  },
})
