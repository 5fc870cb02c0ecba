import { posix } from 'node:path'
import type { Finding } from './finding.ts'
import { lineAt } from './imports.ts'
import type { Repository, Workspace } from './repository.ts'

/** Links in Markdown lead somewhere. Each workspace says what it is for and shows it; each package, what it will not do. */
export function documents(repository: Repository): Finding[] {
  return [
    ...repository.files
      .filter((file) => file.endsWith('.md'))
      .flatMap((file) => deadLinks(repository, file)),
    ...repository.workspaces.flatMap((workspace) => readme(repository, workspace)),
  ]
}

function deadLinks(repository: Repository, file: string): Finding[] {
  const text = withoutCode(repository.read(file))
  return [...text.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)].flatMap((match) => {
    const target = match[1] ?? ''
    // With a scheme it leads outside, which a check in seconds cannot follow.
    if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return []
    const fault = linkFault(repository, file, target)
    if (fault === undefined) return []
    const line = lineAt(text, match.index)
    return [{ file, line, rule: 'documents/link', found: `a link to ${target}`, expected: fault }]
  })
}

function linkFault(repository: Repository, file: string, target: string): string | undefined {
  const [path = '', anchor] = decodeURI(target).split('#')
  const joined = posix.join(posix.dirname(file), path).replace(/\/$/, '')
  const resolved = path === '' ? file : joined
  if (resolved !== '.' && !repository.has(resolved)) return 'a file of this repository'
  if (anchor === undefined || !resolved.endsWith('.md')) return undefined
  const anchors = anchorsOf(repository.read(resolved))
  return anchors.has(anchor) ? undefined : `a heading of ${resolved}`
}

/** Ids of headings as the common forges make them: lower case, words joined by hyphens, repeats numbered. */
function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of withoutCode(markdown, false).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const base = heading
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-')
    let anchor = base
    for (let n = 1; anchors.has(anchor); n++) anchor = `${base}-${n}`
    anchors.add(anchor)
  }
  return anchors
}

/** Blanks out code, in which brackets and number signs are no Markdown; lines keep their numbers. */
function withoutCode(markdown: string, spans = true): string {
  const blank = (code: string): string => code.replace(/[^\n]/g, ' ')
  const text = markdown.replace(/^( *)(```+|~~~+)[^\n]*\n[\s\S]*?^ *\2/gm, blank)
  return spans ? text.replace(/`[^`\n]+`/g, blank) : text
}

function readme(repository: Repository, { dir, name }: Workspace): Finding[] {
  const file = `${dir}/README.md`
  if (!repository.has(file)) {
    const expected = 'one that says what the package is for, shows it, and says what it will not do'
    return [{ file, line: 1, rule: 'documents/readme', found: 'no such file', expected }]
  }
  const text = repository.read(file)
  // Packages are read by programmers who look them up by name; the samples are shown to people.
  const isPackage = dir.startsWith('packages/')
  const parts: [rule: string, fits: boolean, expected: string][] = [
    isPackage
      ? ['title', text.startsWith(`# ${name}\n`), `"# ${name}" as its first line`]
      : ['title', text.startsWith('# '), 'a title as its first line'],
    ['purpose', /^# .*\n+(?!#|```)\S/.test(text), 'first of all what it is for'],
    ['example', /^ *```\w/m.test(text), 'an example in a code block'],
    [
      'limits',
      !isPackage || /^##+ .*\bnot\b/im.test(text),
      'a heading such as "What it will not do"',
    ],
  ]
  return parts
    .filter(([, fits]) => !fits)
    .map(([rule, , expected]) => {
      return { file, line: 1, rule: `documents/readme-${rule}`, found: `no ${rule}`, expected }
    })
}
