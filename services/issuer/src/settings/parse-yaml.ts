import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml'
import type { Report } from './faults.ts'
import { type Entry, emptyGroup, type Group, type Located, type Scalar, show } from './located.ts'

/** Values in a file at most: aliases cannot multiply past it ("billion laughs"). Far more than any settings file needs. */
const MAX_NODES = 50_000
const MAX_DEPTH = 12

/**
 * Reads YAML 1.2 into located values. Repeated keys, unknown tags and several documents are faults. Text stays as it
 * is: no placeholder such as `${env.NAME}` is ever expanded, because a value would then depend on who starts the
 * process with which environment. Returns undefined when the text is not usable at all.
 */
export function parseYaml(
  text: string,
  fileName: string,
  report: Report,
  maxNodes = MAX_NODES,
): Group | undefined {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    schema: 'core',
    version: '1.2',
  })
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `${fileName}:${line}:${col}`
  }
  const complaints = [...document.errors, ...document.warnings]
  for (const complaint of complaints) {
    report({
      at: place(complaint.pos[0]),
      code: 'settings-syntax',
      received: firstLine(complaint.message),
      expected: 'YAML 1.2',
    })
  }
  if (complaints.length > 0) return undefined
  return locate(document, { fileName, place, report, maxNodes })
}

interface Locating {
  readonly fileName: string
  readonly place: (offset: number) => string
  readonly report: Report
  readonly maxNodes: number
}

function locate(
  document: Document,
  { fileName, place, report, maxNodes }: Locating,
): Group | undefined {
  let nodes = 0
  const unresolved: string[] = []
  const visit = (node: Node | null | undefined, path: string, depth: number): Located => {
    nodes += 1
    const at = join(place(node?.range?.[0] ?? 0), path)
    if (nodes > maxNodes || depth > MAX_DEPTH) return { kind: 'scalar', at, value: null }
    if (isAlias(node)) {
      const target = node.resolve(document)
      if (target === undefined) unresolved.push(at)
      return visit(target, path, depth + 1)
    }
    if (isSeq(node)) {
      const items = node.items.map((item, index) =>
        visit(item as Node, `${path}[${index}]`, depth + 1),
      )
      return { kind: 'list', at, items }
    }
    if (isMap(node)) {
      const entries = new Map<string, Entry>()
      for (const { key, value } of node.items) {
        const name = isScalar(key) ? String(key.value) : '?'
        const inner = path === '' ? name : `${path}.${name}`
        const keyAt = join(place((key as Node).range?.[0] ?? 0), inner)
        const found = visit(value as Node | null, inner, depth + 1)
        // An empty value has no place of its own: its key stands for it.
        entries.set(name, { keyAt, value: isEmpty(found) ? { ...found, at: keyAt } : found })
      }
      return { kind: 'group', at, entries }
    }
    return { kind: 'scalar', at, value: isScalar(node) ? (node.value as Scalar) : null }
  }
  const root = visit(document.contents, '', 0)
  for (const at of unresolved) {
    const expected = 'the name of an anchor above; text that begins with * needs quotes'
    report({ at, code: 'settings-syntax', received: 'an alias of nothing', expected })
  }
  if (nodes > maxNodes) {
    report({
      at: fileName,
      code: 'settings-too-large',
      received: `more than ${maxNodes} values`,
      expected: `at most ${maxNodes} values, aliases counted each time`,
    })
    return undefined
  }
  if (root.kind === 'group') return root
  if (isEmpty(root)) return emptyGroup(fileName)
  report({
    at: root.at,
    code: 'settings-syntax',
    received: show(root),
    expected: 'settings by name, one per line',
  })
  return undefined
}

function isEmpty(found: Located): boolean {
  return found.kind === 'scalar' && found.value === null
}

function join(place: string, path: string): string {
  return path === '' ? place : `${place} ${path}`
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
