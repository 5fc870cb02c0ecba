import { type Context, command } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { issuerApi, record } from '../issuer-api.ts'
import { VERIFIERS, VERIFIERS_HELP } from '../messages/verifiers.ts'
import { verifierRows } from '../verifier-rows.ts'

export const verifiersList = command({
  name: 'verifiers list',
  help: VERIFIERS_HELP.list,
  examples: ['latchkey verifiers list', 'latchkey verifiers list --json'],
  run: async (context) => {
    const answer = await readVerifiers(context)
    if (context.common.json) return context.printJson(answer)
    const { say, print } = context
    if (answer.verifiers.length === 0) print(say(VERIFIERS.noVerifiers))
    else for (const line of verifierRows(answer.verifiers, context)) print(line)
    if (!answer.complete) print(say(VERIFIERS.verifiersIncomplete))
  },
})

export async function readVerifiers(context: Context) {
  const api = issuerApi(requireTarget(context), context)
  const { verifiers, complete } = record(await api.get('/admin/v1/verifiers'))
  return {
    verifiers: Array.isArray(verifiers) ? verifiers.map(record) : [],
    complete: complete === true,
  }
}
