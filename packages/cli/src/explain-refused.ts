import type { Context, Ended } from './command.ts'
import { requireTarget } from './credentials.ts'
import { issuerApi, record } from './issuer-api.ts'
import { localTime } from './local-time.ts'
import { EXPLAINED_REASONS } from './messages/explain-request.ts'
import { REFUSED, REFUSED_SILENCE } from './messages/refused.ts'
import { TOKEN_FAULT_TEXTS } from './messages/token.ts'
import type { Row } from './pages.ts'
import { COLUMNS, printable, wrap } from './text-width.ts'

type Speaker = Pick<Context, 'say' | 'terminal'>

const INDENT = ' '.repeat(4)

/** Asks the issuer, and through it the services, why a request of this id was refused. `failed` when nobody remembers one. */
export async function explainRefused(request: string, context: Context): Promise<Ended> {
  const api = issuerApi(requireTarget(context), context)
  const found = record(await api.get(`/admin/v1/refused/${encodeURIComponent(request)}`))
  if (context.common.json) context.printJson(found)
  else for (const line of refusedLines(found, context)) context.print(line)
  return isKnown(found) ? undefined : 'failed'
}

/** What is remembered, newest first, and who could not be asked. */
export function refusedLines(found: Row, speaker: Speaker): string[] {
  const { say } = speaker
  const silent = rowsOf(found['not_asked'])
  return [
    ...(found['issuer'] === undefined ? [] : ofIssuer(record(found['issuer']), speaker)),
    ...rowsOf(found['services']).flatMap((row) => ofService(row, speaker)),
    ...(isKnown(found) ? [] : [say(REFUSED.nobody)]),
    ...(silent.length === 0 ? [] : [say(REFUSED.notAsked)]),
    ...silent.flatMap(({ service, instance, why }) => {
      const text = REFUSED_SILENCE[String(why) as keyof typeof REFUSED_SILENCE]
      const reason = text ? say(text) : String(why)
      return indented(
        say(REFUSED.silent, { service: String(service), instance: String(instance), reason }),
      )
    }),
  ]
}

function isKnown(found: Row): boolean {
  return found['issuer'] !== undefined || rowsOf(found['services']).length > 0
}

function ofIssuer(row: Row, speaker: Speaker): string[] {
  const { say } = speaker
  const { status, code, reason, client_id: client, sub } = row
  const who = [sub, client].filter((one) => one !== undefined).map(String)
  return [
    ...wrap(
      printable(say(REFUSED.issuer, { status: String(status), code: String(code) })),
      COLUMNS,
    ),
    ...(reason === undefined ? [] : indented(wordOf(reason, speaker))),
    ...indented(requestText(row, speaker)),
    ...(who.length === 0 ? [] : indented(say(REFUSED.caller, { who: who.join(', ') }))),
  ]
}

function ofService(row: Row, speaker: Speaker): string[] {
  const { say } = speaker
  const { service, status, reason, instance, jti, sub, sid } = row
  const names = Object.entries({ jti, sub, sid }).filter(([, value]) => value !== undefined)
  const places = rowsOf(row['applied']).map(({ epoch, offset }) =>
    say(REFUSED.place, { epoch: String(epoch), offset: String(offset) }),
  )
  const seconds = (Number(row['lease_ms']) / 1000).toFixed(1)
  const where = { instance: String(instance), places: places.join('; '), seconds }
  return [
    ...wrap(
      printable(say(REFUSED.service, { service: String(service), status: String(status) })),
      COLUMNS,
    ),
    ...indented(wordOf(reason, speaker)),
    ...indented(requestText(row, speaker)),
    ...(names.length === 0
      ? []
      : indented(
          say(REFUSED.token, {
            names: names.map(([name, value]) => `${name} ${value}`).join(', '),
          }),
        )),
    ...indented(say(REFUSED.verifier, where)),
  ]
}

function requestText({ method, route, at }: Row, { say, terminal }: Speaker): string {
  const text = route === undefined ? String(method) : `${method} ${route}`
  return say(REFUSED.request, { request: text, time: localTime(Number(at), terminal, true) })
}

/** The word as it stands in logs, and what it means where that is known. */
function wordOf(reason: unknown, { say }: Speaker): string {
  const word = String(reason)
  const known = { ...TOKEN_FAULT_TEXTS, ...EXPLAINED_REASONS } as Readonly<
    Record<string, { en: string; zh: string }>
  >
  const text = Object.hasOwn(known, word) ? known[word] : undefined
  return text ? `${word}: ${say(text)}` : word
}

function indented(text: string): string[] {
  return wrap(printable(text), COLUMNS - INDENT.length).map((line) => INDENT + line)
}

function rowsOf(value: unknown): Row[] {
  return Array.isArray(value) ? value.map(record) : []
}
