import { isDeepStrictEqual } from 'node:util'
import type { PlanAnswer } from '@latchkey/issuer'
import type { Context } from './command.ts'
import { CLUSTER } from './messages/cluster.ts'
import { COLUMNS, cut, printable, widthOf } from './text-width.ts'

type Change = PlanAnswer['changes'][number]
type Member = Change['members'][number]

/** How a line of a plan begins; colours repeat it and never say more. */
export type Sign = '+' | '~' | '-' | '!' | ' '

export interface PlanLine {
  readonly sign: Sign
  /** Of at most 80 columns with its sign. */
  readonly text: string
}

const SIGNS = { create: '+', update: '~', retire: '-', remove: '-' } as const

/** A plan as a diff for people. */
export function planLines(
  { changes }: PlanAnswer,
  context: Pick<Context, 'say'>,
): readonly PlanLine[] {
  return changes.flatMap((change) => [headOf(change, context), ...memberLines(change, context)])
}

/** What becomes owned by the file although it was made elsewhere, and who had it until now. */
export function adoptedLines(
  { adopted }: Pick<PlanAnswer, 'adopted'>,
  { say }: Pick<Context, 'say'>,
): readonly PlanLine[] {
  return adopted.map(({ kind, name, from, provisioned_by: by = [] }) => {
    const owner = from === undefined ? [] : [say(CLUSTER.adoptedFrom, { from })]
    const clients = by.length === 0 ? [] : [say(CLUSTER.provisioned, { clients: by.join(', ') })]
    const who = [...owner, ...clients]
    return line('!', `${kind} ${name}${who.length === 0 ? '' : ` (${who.join('; ')})`}`)
  })
}

function headOf({ kind, name, action }: Change, { say }: Pick<Context, 'say'>): PlanLine {
  const why = action === 'retire' ? ` (${say(CLUSTER.retired)})` : ''
  return line(SIGNS[action], `${kind} ${name}${why}`)
}

function memberLines({ action, members }: Change, context: Pick<Context, 'say'>): PlanLine[] {
  const sign = action === 'create' ? '+' : '~'
  return members.flatMap((member) => linesOf(member, sign, context))
}

function linesOf(
  { member, from, to, secret }: Member,
  sign: '+' | '~',
  { say }: Pick<Context, 'say'>,
): PlanLine[] {
  if (secret === true) return [line(sign, `    ${member}: ${say(CLUSTER.secret)}`)]
  if (Array.isArray(from) || Array.isArray(to)) return listLines(member, from, to, sign)
  const isNew = from === undefined || from === ''
  const isGone = to === undefined || to === ''
  if (isNew) return [line('+', `    ${member}: ${shown(to)}`)]
  if (isGone) return [line('-', `    ${member}: ${shown(from)}`)]
  const change = `    ${member}: ${shown(from)} → ${shown(to)}`
  if (widthOf(change) <= COLUMNS - 2) return [line(sign, change)]
  return [line('-', `    ${member}: ${shown(from)}`), line('+', `    ${member}: ${shown(to)}`)]
}

/** What is in one list only; lists of the same items in another order are shown whole. */
function listLines(member: string, from: unknown, to: unknown, sign: Sign): PlanLine[] {
  const [was, is] = [listOf(from), listOf(to)]
  const gone = was.filter((item) => !has(is, item))
  const added = is.filter((item) => !has(was, item))
  if (gone.length + added.length === 0) {
    return [line('~', `    ${member}: ${shown(was)} → ${shown(is)}`)]
  }
  return [
    line(sign, `    ${member}:`),
    ...gone.map((item) => line('-', `      ${shown(item)}`)),
    ...added.map((item) => line('+', `      ${shown(item)}`)),
  ]
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function has(list: readonly unknown[], item: unknown): boolean {
  return list.some((one) => isDeepStrictEqual(one, item))
}

/** A value in few words. A grant that ends is written as the file has it. */
function shown(value: unknown): string {
  if (typeof value === 'string') return value === '' ? '""' : value
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const members = Object.entries(value).map(([name, member]) => `${name}: ${shown(member)}`)
  return `{ ${members.join(', ')} }`
}

function line(sign: Sign, text: string): PlanLine {
  return { sign, text: cut(printable(text.replaceAll('\n', '⏎')), COLUMNS - 2) }
}
