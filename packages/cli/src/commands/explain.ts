import { command } from '../command.ts'
import { explainCode, listCodes } from '../explain-code.ts'
import { EXPLAIN_HELP } from '../messages/explain.ts'

export const explain = command({
  name: 'explain',
  help: EXPLAIN_HELP.explain,
  arguments: ['[CODE]'],
  examples: ['latchkey explain owned-by-file', 'latchkey explain'],
  run: async (context) => {
    const [code] = context.arguments
    if (code === undefined) listCodes(context)
    else explainCode(code, context)
  },
})
