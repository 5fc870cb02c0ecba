import { record } from './issuer-api.ts'
import { SERVICE_ROUTES } from './messages/service-routes.ts'
import type { Say, Text } from './messages/text.ts'
import { type Row, rowsOf } from './pages.ts'
import { printable } from './text-width.ts'

/** A drift report for people: only the parts that have anything in them. */
export function driftLines(drift: Row, say: Say): string[] {
  const counts = record(drift['counts'])
  const part = (name: string, title: Text, lines: readonly string[]) =>
    Number(counts[name]) > 0
      ? [say(title, { count: Number(counts[name]) }), ...lines.map((line) => `  ${line}`)]
      : []
  const lines = [
    ...part('unreachable', SERVICE_ROUTES.unreachable, unreachableLines(drift, say)),
    ...part('gone', SERVICE_ROUTES.gone, goneLines(drift, say)),
    ...part('undeclared', SERVICE_ROUTES.undeclared, texts(drift['undeclared'])),
    ...part('duplicates', SERVICE_ROUTES.duplicates, duplicateLines(drift)),
  ]
  if (lines.length > 0) return lines
  return [say(SERVICE_ROUTES.agreed, { count: Number(drift['routes']) })]
}

function unreachableLines(drift: Row, say: Say): string[] {
  return rowsOf(drift['unreachable']).flatMap(({ route, holders }) => {
    const names = holderNames(holders, say)
    const why = names === '' ? [] : [`  ${say(SERVICE_ROUTES.heldByNobody, { holders: names })}`]
    return [text(route), ...why]
  })
}

function goneLines(drift: Row, say: Say): string[] {
  return rowsOf(drift['gone']).flatMap(({ grant, holders, nearest, was_route: wasRoute }) => [
    text(grant),
    `  ${say(SERVICE_ROUTES.heldBy, { holders: holderNames(holders, say) })}`,
    ...(wasRoute === true ? [`  ${say(SERVICE_ROUTES.wasRoute)}`] : []),
    ...(nearest === undefined
      ? []
      : [`  ${say(SERVICE_ROUTES.nearest, { route: text(nearest) })}`]),
  ])
}

function duplicateLines(drift: Row): string[] {
  const { duplicates } = drift
  return Array.isArray(duplicates) ? duplicates.map((same) => texts(same).join(' = ')) : []
}

const HOLDERS: Readonly<Record<string, Text>> = {
  users: SERVICE_ROUTES.holderUsers,
  role: SERVICE_ROUTES.holderRole,
  group: SERVICE_ROUTES.holderGroup,
  client: SERVICE_ROUTES.holderClient,
}

function holderNames(value: unknown, say: Say): string {
  return rowsOf(value)
    .map(({ kind, id }) =>
      say(HOLDERS[String(kind)] ?? SERVICE_ROUTES.holderUsers, { id: text(id) }),
    )
    .join(', ')
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text) : []
}

function text(value: unknown): string {
  return printable(String(value ?? ''))
}
