import { CliError } from '../cli-error.ts'
import { command } from '../command.ts'
import { explainCode, listCodes } from '../explain-code.ts'
import type { AtHand } from '../explain-here.ts'
import { explainRefused } from '../explain-refused.ts'
import { explainToken } from '../explain-token.ts'
import { COMMAND_LINE_FAULTS } from '../messages/command-line.ts'
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
    keys: {
      value: 'FILE',
      completes: 'file',
      text: {
        en: 'asks no issuer; file with a JWK set: the keys of the service',
        zh: '不询问签发服务；含 JWK 集的文件：该服务的密钥',
      },
    },
    routes: {
      value: 'FILE',
      completes: 'file',
      text: {
        en: 'with --keys: what latchkey services routes SERVICE --all --json printed',
        zh: '与 --keys 一起：latchkey services routes SERVICE --all --json 的输出',
      },
    },
    issuer: {
      value: 'URL',
      text: {
        en: 'with --keys: issuer that the token must have (default: the configured one)',
        zh: '与 --keys 一起：令牌必须来自的签发者（默认：已配置的）',
      },
    },
  },
  examples: [
    'latchkey explain owned-by-file',
    'latchkey explain - GET /orders/7 < token.txt',
    'latchkey explain token.txt GET /orders/7 --service https://orders.example',
    'latchkey explain token.txt GET /orders/7 --keys orders.jwks --routes orders.json',
    'latchkey explain --request ed8f4a6b90c1d2e3f4.4f',
  ],
  run: async (context) => {
    const [subject, method, path] = context.arguments
    const { request, service } = context.options
    if (request !== undefined) return await explainRefused(request, context)
    if (subject === undefined) listCodes(context)
    else if (method === undefined) explainCode(subject, context)
    else
      await explainToken(
        { subject, method, path, service, atHand: atHandOf(context.options) },
        context,
      )
    return undefined
  },
})

type Given = Omit<AtHand, 'keys'> & { readonly keys: string | undefined }

function atHandOf({ keys, routes, issuer }: Given): AtHand | undefined {
  if (keys !== undefined) return { keys, routes, issuer }
  if (routes === undefined && issuer === undefined) return undefined
  const params = { command: 'explain', argument: '--keys FILE' }
  throw new CliError(COMMAND_LINE_FAULTS.missingArgument, params)
}
