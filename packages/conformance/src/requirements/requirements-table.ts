import { CLIENT_ROLES } from '../settings/client-roles.ts'
import { SUITES } from '../suites/suites.ts'
import { NOT_APPLICABLE } from './not-applicable.ts'

/** Rows of Markdown: every rule, suite by suite. */
function rulesTable(): string {
  return SUITES.map(({ title, rules }) => {
    const rows = rules.map(
      ({ id, spec, level, title }) => `| ${spec} | ${level} | ${cell(title)} | \`${id}\` |`,
    )
    return [
      `### ${title}`,
      '',
      '| where | level | rule | id |',
      '| --- | --- | --- | --- |',
      ...rows,
    ].join('\n')
  }).join('\n\n')
}

/** Rows of Markdown: what no rule looks at. */
function notApplicableTable(): string {
  const rows = NOT_APPLICABLE.map(
    ({ spec, requirement, reason }) => `| ${spec} | ${cell(requirement)} | ${cell(reason)} |`,
  )
  return ['| where | requirement | not ours, because |', '| --- | --- | --- |', ...rows].join('\n')
}

/** Rows of Markdown: the clients of a settings file. */
function rolesTable(): string {
  const rows = Object.entries(CLIENT_ROLES).map(([role, text]) => `| \`${role}\` | ${cell(text)} |`)
  return ['| client | registered as |', '| --- | --- |', ...rows].join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

/** Puts a generated part between its two marks. */
function withPart(readme: string, name: string, part: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`]
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)]
  if (from < 0 || to < from) throw new RangeError(`no marks for ${name}`)
  return `${readme.slice(0, from + begin.length)}\n\n${part}\n\n${readme.slice(to)}`
}

/** The README with all its generated parts as they must be. */
export function completeReadme(readme: string): string {
  const parts = { roles: rolesTable(), rules: rulesTable(), 'not applicable': notApplicableTable() }
  return Object.entries(parts).reduce((text, [name, part]) => withPart(text, name, part), readme)
}
