import { setTimeout as pause } from 'node:timers/promises'
import type { Context } from './command.ts'
import { requireTarget } from './credentials.ts'
import { type IssuerApi, issuerApi, record } from './issuer-api.ts'
import { liveLines } from './live-lines.ts'
import { localTime } from './local-time.ts'
import { SESSIONS } from './messages/sessions.ts'
import { bar, COLUMNS, cut, padTo, printable } from './text-width.ts'

/** An end, as the admin API tells of it: docs/protocol/receipts.md. */
export interface Operation {
  readonly id: string
  readonly state: string
  readonly ended: boolean
  readonly known?: boolean
  readonly closed_by?: string
  readonly done?: number
  readonly total?: number
  readonly counts: {
    readonly applied: number
    readonly waiting: number
    readonly offline: number
  }
  readonly verifiers: readonly VerifierLine[]
}

interface VerifierLine {
  readonly instance: string
  readonly audience: string
  readonly state: string
  readonly after_ms?: number
  readonly closed_by?: string
}

const LOOK_EVERY_MS = 150
/** A token lives five minutes, and the end may have ended it. */
const NEW_TOKEN_EVERY = 200

/**
 * Follows a scan to its end, and with `--wait` until every verifier has applied it or none can accept it any more. What is going on is shown
 * on a terminal; the lines of the verifiers stay.
 */
export async function followEnd(
  begun: Readonly<Record<string, unknown>>,
  wait: boolean,
  context: Context,
): Promise<Operation> {
  const { common, terminal, print } = context
  const verifiers = (of: Operation) => (wait ? verifierLines(of, context) : [])
  const live = liveLines(terminal.stderr)
  let operation = readOperation(begun)
  try {
    let api: IssuerApi | undefined
    for (let look = 0; !isOver(operation, wait, context); look++) {
      live.show([...progressLine(operation, context), ...verifiers(operation)])
      await pause(LOOK_EVERY_MS)
      if (look % NEW_TOKEN_EVERY === 0) api = issuerApi(requireTarget(context), context)
      operation = readOperation(record(await api?.get(`/admin/v1/ends/${operation.id}`)))
    }
  } finally {
    live.clear()
  }
  if (!common.json) for (const line of verifiers(operation)) print(line)
  return operation
}

function isOver(operation: Operation, wait: boolean, { terminal }: Context): boolean {
  if (operation.state === 'running') return false
  if (!wait || operation.counts.waiting === 0) return true
  return terminal.now() > Date.parse(operation.closed_by ?? '')
}

function progressLine({ state, done = 0, total }: Operation, { say }: Context): string[] {
  if (state !== 'running') return []
  if (total === undefined) return [say(SESSIONS.endingSome, { done })]
  const text = say(SESSIONS.endingOf, { done, total })
  return [`${bar(total === 0 ? 1 : done / total, 30)}  ${text}`]
}

function verifierLines({ verifiers }: Operation, context: Context): string[] {
  return verifiers.map((one) => verifierLine(one, context))
}

/** State, service and instance, and when: 12 + 40 + 24 columns. */
function verifierLine(line: VerifierLine, { say, terminal }: Context): string {
  const name = `${printable(line.audience)} ${printable(line.instance).slice(0, 6)}`
  const closedBy = Math.ceil(Date.parse(line.closed_by ?? '') / 1000)
  const [state, when] =
    line.state === 'applied'
      ? [say(SESSIONS.stateApplied), say(SESSIONS.afterMs, { ms: line.after_ms ?? 0 })]
      : [
          say(line.state === 'offline' ? SESSIONS.stateOffline : SESSIONS.stateWaiting),
          say(SESSIONS.closedBy, { time: localTime(closedBy, terminal, true).slice(11) }),
        ]
  return cut(`${padTo(state, 10)}  ${padTo(cut(name, 42), 42)}  ${when}`, COLUMNS)
}

function readOperation(answer: Readonly<Record<string, unknown>>): Operation {
  const counts = record(answer['counts'])
  const count = (name: string) => Number(counts[name] ?? 0)
  const verifiers = Array.isArray(answer['verifiers']) ? answer['verifiers'] : []
  return {
    ...(answer as unknown as Operation),
    counts: { applied: count('applied'), waiting: count('waiting'), offline: count('offline') },
    verifiers,
  }
}
