import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ClusterDocument, Fault, LoadedCluster, PlanAnswer } from '@latchkey/issuer'
import { InputError } from '@latchkey/protocol'
import { askYes } from '../ask-yes.ts'
import { CliError } from '../cli-error.ts'
import { type Context, command } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { issuerApi, record } from '../issuer-api.ts'
import { CLUSTER, CLUSTER_FAULTS, CLUSTER_HELP } from '../messages/cluster.ts'
import { yesOption } from '../options.ts'
import type { Row } from '../pages.ts'
import { countsOf, printPlan } from '../print-plan.ts'
import { printable } from '../text-width.ts'

/** Ten thousand people at once, on a slow machine. */
const TIMEOUT_MS = 300_000

export const plan = command({
  name: 'plan',
  help: CLUSTER_HELP.plan,
  arguments: ['[FILE]'],
  examples: ['latchkey plan', 'latchkey plan cluster.yaml --json'],
  run: async (context) => {
    const cluster = await load(context.arguments[0], context)
    const planned = await ask(cluster, context)
    if (context.common.json) context.printJson({ ...planned, counts: countsOf(planned) })
    else printPlan(planned, cluster.name, context)
    return planned.changes.length === 0 ? 'ok' : 'different'
  },
})

export const apply = command({
  name: 'apply',
  help: CLUSTER_HELP.apply,
  arguments: ['[FILE]'],
  options: { yes: yesOption },
  examples: ['latchkey apply', 'latchkey apply cluster.yaml --yes --json'],
  run: async (context) => {
    const { common, options, say, print, printJson } = context
    const cluster = await load(context.arguments[0], context)
    const planned = await ask(cluster, context)
    if (!common.json) printPlan(planned, cluster.name, context)
    const isDone = planned.changes.length + planned.adopted.length === 0
    if (isDone) return common.json ? printJson(NOTHING_DONE) : undefined
    if (!options.yes) await askYes(say(CLUSTER.ask), context)
    const done = record(await send('apply', cluster, context, { digest: planned.digest }))
    if (common.json) return printJson(done)
    const count = (member: string) => Number(done[member])
    const [created, updated, removed] = [count('created'), count('updated'), count('removed')]
    print(say(CLUSTER.done, { created, updated, removed }))
  },
})

const NOTHING_DONE = { created: 0, updated: 0, removed: 0 }

export const exportCluster = command({
  name: 'export',
  help: CLUSTER_HELP.export,
  arguments: ['[FILE]'],
  options: {
    'without-users': { text: CLUSTER.withoutUsers },
    force: { text: CLUSTER.force },
  },
  examples: ['latchkey export cluster.yaml', 'latchkey export --without-users > cluster.yaml'],
  run: async (context) => {
    const { common, options, say, print, printJson, terminal } = context
    const [file] = context.arguments
    const query = options['without-users'] ? '?users=no' : ''
    const api = issuerApi(requireTarget(context), context)
    const cluster = (await api.get(`/admin/v1/cluster/export${query}`)) as ClusterDocument
    if (common.json) return printJson(cluster)
    const { renderCluster } = await import('@latchkey/issuer')
    const text = renderCluster(cluster)
    if (file === undefined) return void terminal.stdout.write(text)
    write(resolve(terminal.cwd, file), text, options.force)
    print(say(CLUSTER.written, { file }))
  },
})

export const schema = command({
  name: 'schema',
  help: CLUSTER_HELP.schema,
  examples: ['latchkey schema > latchkey.schema.json'],
  run: async ({ terminal }) => {
    const { settingsSchemaText } = await import('@latchkey/issuer')
    terminal.stdout.write(settingsSchemaText())
  },
})

async function load(path: string | undefined, { terminal }: Context): Promise<LoadedCluster> {
  // Only these commands read settings; the others start faster without the issuer.
  const { loadClusterFile, SETTINGS_FILE } = await import('@latchkey/issuer')
  return loadClusterFile({ path: path ?? SETTINGS_FILE, cwd: terminal.cwd, env: terminal.env })
}

async function ask(cluster: LoadedCluster, context: Context): Promise<PlanAnswer> {
  return (await send('plan', cluster, context)) as PlanAnswer
}

async function send(
  action: 'plan' | 'apply',
  { name, document, placeOf }: LoadedCluster,
  context: Context,
  more: object = {},
): Promise<unknown> {
  const api = issuerApi(requireTarget(context), context)
  const body = { file: name, cluster: document, ...more }
  try {
    return await api.send('POST', `/admin/v1/cluster/${action}`, body, { timeoutMs: TIMEOUT_MS })
  } catch (error) {
    throw error instanceof CliError ? ((await inFile(error, placeOf)) ?? error) : error
  }
}

/** The refusal with the lines of the file, when it is about places in it. */
async function inFile(
  { params, errors }: CliError,
  placeOf: LoadedCluster['placeOf'],
): Promise<Error | undefined> {
  const told = errors.length > 1 ? errors : [params]
  const [first, ...more] = told.flatMap((one) => faultOf(one, placeOf) ?? [])
  if (first === undefined) return undefined
  if (more.length === 0) return new InputError(first.code, { ...first, where: first.at })
  // As the settings are told: each fault has a line, in the order of the file.
  const { SettingsError } = await import('@latchkey/issuer')
  return new SettingsError([first, ...more])
}

function faultOf(one: Row, placeOf: LoadedCluster['placeOf']): Fault | undefined {
  const { code, received, expected, where } = one
  if (where === undefined || received === undefined || expected === undefined) return undefined
  return {
    at: placeOf(printable(String(where))),
    code: printable(String(code)),
    received: printable(String(received)),
    expected: printable(String(expected)),
  }
}

function write(file: string, text: string, isForced: boolean): void {
  try {
    // wx: whoever was quicker keeps theirs.
    writeFileSync(file, text, { flag: isForced ? 'w' : 'wx' })
  } catch (cause) {
    const { code = 'unwritable' } = cause as NodeJS.ErrnoException
    const isThere = code === 'EEXIST'
    const fault = isThere ? CLUSTER_FAULTS.alreadyThere : CLUSTER_FAULTS.notWritable
    throw new CliError(fault, { file, why: code })
  }
}
