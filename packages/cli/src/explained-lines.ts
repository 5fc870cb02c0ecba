import type { Context } from './command.ts'
import { record } from './issuer-api.ts'
import { localTime } from './local-time.ts'
import {
  EXPLAINED,
  EXPLAINED_CHECKS,
  EXPLAINED_OUTCOMES,
  EXPLAINED_REASONS,
  EXPLAINED_STATUS,
} from './messages/explain-request.ts'
import type { Text } from './messages/text.ts'
import { TOKEN_FAULT_TEXTS } from './messages/token.ts'
import type { Row } from './pages.ts'
import { sourceText } from './source-text.ts'
import { COLUMNS, padTo, printable, widthOf, wrap } from './text-width.ts'

type Speaker = Pick<Context, 'say' | 'terminal'>

const INDENT = ' '.repeat(4)

/** What `POST /admin/v1/explain` has found, for people: the answer, then each check in the order of the service. */
export function explainedLines(explained: Row, speaker: Speaker): string[] {
  const { say } = speaker
  const status = EXPLAINED_STATUS[Number(explained['status']) as keyof typeof EXPLAINED_STATUS]
  const checks = rowsOf(explained['checks'])
  const names = checks.map(({ check }) => nameOf(check, speaker))
  const width = Math.max(0, ...names.map(widthOf))
  return [
    say(status),
    ...tokenLines(explained['token'], speaker),
    '',
    ...checks.flatMap((check, at) => {
      const outcome = wordOf(EXPLAINED_OUTCOMES, check['outcome'], speaker)
      return [
        `${padTo(names[at] ?? '', width)}  ${outcome}`,
        ...detailTexts(check, speaker).flatMap((text) =>
          wrap(printable(text), COLUMNS - INDENT.length).map((line) => INDENT + line),
        ),
      ]
    }),
  ]
}

function tokenLines(value: unknown, { say }: Speaker): string[] {
  if (value === undefined) return []
  const { jti, sub, client_id: client, sid } = texts(record(value))
  const session = sid === undefined ? '' : say(EXPLAINED.session, { sid })
  return wrap(
    printable(
      say(EXPLAINED.token, { jti: jti ?? '', sub: sub ?? '', client: client ?? '', session }),
    ),
    COLUMNS,
  )
}

function nameOf(check: unknown, speaker: Speaker): string {
  return wordOf(EXPLAINED_CHECKS, check, speaker)
}

/** A newer issuer may know words that are not known here. */
function wordOf(table: Readonly<Record<string, Text>>, word: unknown, { say }: Speaker): string {
  const known = Object.hasOwn(table, String(word)) ? table[String(word)] : undefined
  return known ? say(known) : printable(String(word))
}

/** What is good needs no words, except where it comes from. */
function detailTexts(check: Row, speaker: Speaker): string[] {
  const { check: name, outcome, reason } = texts(check)
  const detail = record(check['detail'])
  const isTold = outcome !== 'passed' || name === 'route' || name === 'right' || name === 'lease'
  const more = isTold && name && Object.hasOwn(DETAILS, name) ? DETAILS[name] : undefined
  const why =
    reason === undefined
      ? []
      : [wordOf({ ...TOKEN_FAULT_TEXTS, ...EXPLAINED_REASONS }, reason, speaker)]
  return [...why, ...(more?.(detail, speaker) ?? [])]
}

type Details = (detail: Row, speaker: Speaker) => string[]

const mismatch: Details = (detail, { say }) => [
  ...some(detail['received'], (received) => say(EXPLAINED.received, { received })),
  ...some(detail['expected'], (expected) => say(EXPLAINED.expected, { expected })),
]

const DETAILS: Readonly<Record<string, Details>> = {
  route: (detail, { say }) => [
    ...some(detail['route'], (route) => route),
    ...(detail['public'] === true ? [say(EXPLAINED.open)] : []),
    ...list(detail['others'], (routes) => say(EXPLAINED.also, { routes })),
    ...list(detail['perhaps'], (routes) => say(EXPLAINED.perhaps, { routes })),
    ...list(detail['methods'], (methods) => say(EXPLAINED.methods, { methods })),
  ],
  lease: (detail, speaker) => rowsOf(detail['verifiers']).map((one) => verifierText(one, speaker)),
  key: (detail, { say }) => [
    ...some(detail['kid'], (kid) => say(EXPLAINED.kid, { kid })),
    ...list(
      rowsOf(detail['keys']).map(({ kid, state }) => `${kid} (${state})`),
      (keys) => say(EXPLAINED.keys, { keys }),
    ),
    ...list(detail['given'], (keys) => say(EXPLAINED.given, { keys })),
  ],
  issuer: mismatch,
  audience: mismatch,
  time: ({ iat, exp, now }, { say, terminal }) => {
    const time = (seconds: unknown) => localTime(Number(seconds), terminal, true)
    return [say(EXPLAINED.times, { issued: time(iat), ends: time(exp), now: time(now) })]
  },
  ended: endedTexts,
  current: (detail, speaker) => [
    speaker.say(EXPLAINED.signedAt, { place: placeText(record(detail['rev']), speaker) }),
    ...list(detail['behind'], (instances) => speaker.say(EXPLAINED.behind, { instances })),
  ],
  right: (detail, speaker) => [
    ...some(detail['grant'], (grant) => speaker.say(EXPLAINED.grant, { grant })),
    ...list(detail['granted'], (grants) => speaker.say(EXPLAINED.granted, { grants })),
    ...rowsOf(detail['from']).map((source) => sourceText(source, speaker)),
    ...(detail['nearest'] === undefined
      ? []
      : [
          speaker.say(EXPLAINED.nearest, {
            source: sourceText(record(detail['nearest']), speaker),
          }),
        ]),
    ...rowsOf(detail['roles']).map((row) => {
      const { role = '', grant = '' } = texts(row)
      return speaker.say(EXPLAINED.wouldOpen, { role, grant })
    }),
  ],
}

function endedTexts(detail: Row, speaker: Speaker): string[] {
  const { say, terminal } = speaker
  const [entry, by] = [record(detail['entry']), record(detail['by'])]
  const { kind = '', about = '' } = texts(entry)
  const { sub = '', reason = '', record: number = '', request_id: id } = texts(by)
  const time = localTime(Number(by['at']), terminal, true)
  return [
    ...(kind === ''
      ? []
      : [say(EXPLAINED.entry, { kind, about, place: placeText(entry, speaker) })]),
    ...(sub === '' ? [] : [say(EXPLAINED.by, { sub, time, reason, record: number })]),
    ...some(id, (text) => say(EXPLAINED.request, { id: text })),
    ...list(detail['applied_by'], (instances) => say(EXPLAINED.applied, { instances })),
    ...list(detail['not_yet_applied_by'], (instances) => say(EXPLAINED.notApplied, { instances })),
  ]
}

function verifierText(one: Row, speaker: Speaker): string {
  const { say, terminal } = speaker
  const { instance = '' } = texts(one)
  if (one['connected'] !== true) {
    return say(EXPLAINED.gone, {
      instance,
      time: localTime(Number(one['gone_at']), terminal, true),
    })
  }
  const places = rowsOf(one['applied']).map((place) => placeText(place, speaker))
  return say(EXPLAINED.connected, {
    instance,
    places: places.join('; ') || say(EXPLAINED.unplaced),
  })
}

function placeText(place: Row, { say }: Speaker): string {
  const { epoch = '?', offset = '?' } = texts(place)
  return say(EXPLAINED.place, { epoch, offset })
}

function some(value: unknown, say: (text: string) => string): string[] {
  return value === undefined || value === '' ? [] : [say(String(value))]
}

function list(value: unknown, say: (text: string) => string): string[] {
  return Array.isArray(value) && value.length > 0 ? [say(value.map(String).join(', '))] : []
}

/** Members that are there, as texts. */
function texts(row: Row): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value)]))
}

function rowsOf(value: unknown): Row[] {
  return Array.isArray(value) ? value.map(record) : []
}
