/** The routes of an OpenAPI document as a table for docs/operate/admin-api.md. */

interface Operation {
  readonly summary: string
  readonly 'x-roles': readonly string[]
  readonly parameters: readonly { readonly name: string; readonly in: string }[]
}

export interface OpenApiPaths {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

/** Markdown, a row for each route, by path. */
export function routeTable({ paths }: OpenApiPaths): string {
  const rows = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, one]) => row(method, path, one)),
  )
  return ['| route | what it does | roles |', '| --- | --- | --- |', ...rows].join('\n')
}

function row(method: string, path: string, operation: Operation): string {
  const { summary, parameters } = operation
  const asked = parameters.filter((one) => one.in === 'query').map(({ name }) => `\`${name}\``)
  const query = asked.length > 0 ? `; ${asked.join(', ')}` : ''
  const roles = operation['x-roles'].length === 3 ? 'every' : operation['x-roles'].join(', ')
  const route = `\`${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}\``
  return `| ${route} | ${summary}${query} | ${roles} |`
}
