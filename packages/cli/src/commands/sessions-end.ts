import { askYes } from '../ask-yes.ts'
import { CliError } from '../cli-error.ts'
import { type CommandContext, command, type Options } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { findUser } from '../find-user.ts'
import { followEnd, type Operation } from '../follow-end.ts'
import { type IssuerApi, issuerApi, record } from '../issuer-api.ts'
import { localTime } from '../local-time.ts'
import { COMMAND_LINE_FAULTS } from '../messages/command-line.ts'
import { SESSIONS, SESSIONS_FAULTS, SESSIONS_HELP } from '../messages/sessions.ts'
import { userOption, waitOption, yesOption } from '../options.ts'
import { readTime } from '../read-time.ts'
import { COLUMNS, printable, wrap } from '../text-width.ts'

const PATH = '/admin/v1/ends'

interface Target {
  readonly kind: string
  readonly [member: string]: string | number
}

const OPTIONS = {
  user: userOption,
  client: {
    value: 'ID',
    text: { en: 'client: its tokens and refresh tokens', zh: '客户端：其令牌和刷新令牌' },
  },
  service: {
    value: 'AUDIENCE',
    text: { en: 'audience of a service: every token for it', zh: '服务的受众：面向它的所有令牌' },
  },
  all: { text: { en: 'everything there is', zh: '现有的一切' } },
  before: {
    value: 'TIME',
    text: {
      en: 'who signed in before: 2026-11-23 05:00, or with Z or +08:00',
      zh: '在此之前登录的人：2026-11-23 05:00，或带 Z 或 +08:00',
    },
  },
  wait: waitOption,
  yes: yesOption,
} as const satisfies Options

type EndContext = CommandContext<readonly ['[SESSION]'], typeof OPTIONS>

export const sessionsEnd = command({
  name: 'sessions end',
  help: SESSIONS_HELP.end,
  arguments: ['[SESSION]'],
  options: OPTIONS,
  examples: [
    'latchkey sessions end s0_Xz8qLm3TnR5vKc1pWd7yBg',
    'latchkey sessions end --user ada --wait',
    'latchkey sessions end --client orders',
    'latchkey sessions end --before "2026-11-23 05:00" --yes --json',
  ],
  run: async (context) => {
    const read = readTarget(context)
    const api = issuerApi(requireTarget(context), context)
    const target = isTarget(read) ? read : await userTarget(read.user, api, context)
    const confirm = isLarge(target) ? await confirmed(target, api, context) : undefined
    const body = { target, ...(confirm !== undefined && { confirm }) }
    const begun = record(await api.send('POST', PATH, body))
    const operation = await followEnd(begun, context.options.wait, context)
    if (context.common.json) context.printJson({ target, ...operation })
    report(operation, target, context)
  },
})

/** What concerns more people than the one who was named. */
function isLarge({ kind }: Target): boolean {
  return kind !== 'session' && kind !== 'user'
}

function isTarget(read: Target | { readonly user: string }): read is Target {
  return 'kind' in read
}

async function userTarget(user: string, api: IssuerApi, context: EndContext): Promise<Target> {
  return { kind: 'user', sub: (await findUser(api, user, context)).sub }
}

/** What the command line says; the issuer is not asked for it. */
function readTarget(context: EndContext): Target | { readonly user: string } {
  const { user, client, service, before, all } = context.options
  const [argument] = context.arguments
  const given = [argument, user, client, service, before, all ? '' : undefined]
  if (given.filter((one) => one !== undefined).length !== 1) {
    const one = 'SESSION, --user, --client, --service, --all'
    throw new CliError(COMMAND_LINE_FAULTS.oneOfTwo, {
      command: 'sessions end',
      one,
      other: '--before',
    })
  }
  if (user !== undefined) return { user }
  if (client !== undefined) return { kind: 'client', client_id: client }
  if (service !== undefined) return { kind: 'service', audience: service }
  if (before !== undefined) return { kind: 'signed_in_before', at: readTime(before) }
  if (argument === undefined) return { kind: 'all' }
  if (/^s\d{1,4}_[A-Za-z0-9_-]{22}$/.test(argument)) return { kind: 'session', sid: argument }
  throw new CliError(SESSIONS_FAULTS.notASession, { text: printable(argument) })
}

/** Shows what it will concern and asks. Gives the word that the issuer wants to hear, where it wants one. */
async function confirmed(
  target: Target,
  api: IssuerApi,
  context: EndContext,
): Promise<string | undefined> {
  const { options, say, terminal } = context
  const preview = record(await api.send('POST', `${PATH}/preview`, { target }))
  const { sessions, users, clients, services, verifiers, confirm, complete } = preview
  const counts = { sessions, users, clients, services } as Record<string, number>
  const heard = Array.isArray(verifiers) ? verifiers.length : 0
  const counted = complete === true ? SESSIONS.previewCounts : SESSIONS.previewCountsAtLeast
  const text = say(counted, { ...counts, verifiers: heard })
  for (const line of wrap(text, COLUMNS)) terminal.stderr.write(`${line}\n`)
  if (!options.yes) await askYes(say(SESSIONS.askEnd), context)
  return typeof confirm === 'string' ? confirm : undefined
}

function report(operation: Operation, target: Target, context: EndContext): void {
  const { common, options, say, print, terminal } = context
  if (operation.state === 'interrupted') {
    throw new CliError(SESSIONS_FAULTS.endInterrupted, { done: operation.done ?? 0 })
  }
  // A program that ends a session by a mistyped id has to notice.
  if (!operation.ended || operation.known === false) {
    const { nothingToEnd, nobodyToEnd } = SESSIONS_FAULTS
    throw new CliError(target.kind === 'session' ? nothingToEnd : nobodyToEnd)
  }
  // Rounded up: after the second that is shown it holds.
  const closedBy = Math.ceil(Date.parse(operation.closed_by ?? '') / 1000)
  const time = localTime(closedBy, terminal, true)
  if (!common.json) {
    if (operation.done !== undefined) print(say(SESSIONS.endedMany, { count: operation.done }))
    print(say(SESSIONS.ended, { time }))
  }
  const { waiting, offline } = operation.counts
  if (!options.wait || waiting + offline === 0) return
  throw new CliError(SESSIONS_FAULTS.notAllApplied, { count: waiting + offline, time })
}
