import { parseArgs } from 'node:util'

export type Arguments =
  | { readonly kind: 'help' | 'version' | 'list' }
  | {
      readonly kind: 'run'
      readonly config: string
      readonly isJson: boolean
      /** Beginnings of rule ids; empty: all. */
      readonly only: readonly string[]
      readonly isVerbose: boolean
    }
  | { readonly kind: 'fault'; readonly fault: ArgumentFault; readonly value: string }

export type ArgumentFault = 'unknownOption' | 'valueMissing' | 'configMissing' | 'argumentUnknown'

const OPTIONS = {
  config: { type: 'string', short: 'c' },
  only: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  list: { type: 'boolean' },
  verbose: { type: 'boolean', short: 'v' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const

export function parseArguments(argv: readonly string[]): Arguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: OPTIONS,
      allowPositionals: true,
    })
    if (argv.length === 0 || values.help) return { kind: 'help' }
    if (values.version) return { kind: 'version' }
    if (values.list) return { kind: 'list' }
    const [argument] = positionals
    if (argument !== undefined) return { kind: 'fault', fault: 'argumentUnknown', value: argument }
    if (values.config === undefined) return { kind: 'fault', fault: 'configMissing', value: '' }
    const only = (values.only ?? []).flatMap((one) => one.split(',')).filter((one) => one !== '')
    return {
      kind: 'run',
      config: values.config,
      isJson: values.json === true,
      only,
      isVerbose: values.verbose === true,
    }
  } catch (cause) {
    return faultOf(cause)
  }
}

function faultOf(cause: unknown): Arguments {
  const { code, message } = cause as { code?: string; message: string }
  const value = /'(?:-\w, )?(--?[^' ]*)/.exec(message)?.[1] ?? ''
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION')
    return { kind: 'fault', fault: 'unknownOption', value }
  if (code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') {
    return { kind: 'fault', fault: 'valueMissing', value }
  }
  throw cause
}
