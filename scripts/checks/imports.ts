/** A module that a source file names, in whatever way. */
export interface Import {
  readonly specifier: string
  /** Counts from 1. */
  readonly line: number
}

/**
 * Static imports and re-exports begin a line and `from` ends them: Biome formats every file so. That makes a parser
 * unnecessary here. `import(…)` may stand anywhere, also in types, and `import.meta.resolve(…)`.
 */
const STATIC = /^(?:import|export)\b(?:[^'"`;=(]*?\bfrom)?\s*'([^'\n]+)'/gm
const DYNAMIC = /\b(?:import(?:\.meta\.resolve)?|require|mockImport)\(\s*'([^'\n]+)'/g

/** Every import of a TypeScript or JavaScript text, in order of appearance. */
export function importsOf(text: string): Import[] {
  return [...text.matchAll(STATIC), ...text.matchAll(DYNAMIC)]
    .sort((a, b) => a.index - b.index)
    .map((match) => ({ specifier: match[1] ?? '', line: lineAt(text, match.index) }))
}

/** The package that a specifier names: `@scope/name` or `name`; undefined for relative paths and Node's own modules. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('/') || specifier.startsWith('node:')) {
    return undefined
  }
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

/** Whether the file can hold imports. */
export function isCode(file: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(file)
}

/** Line of a position in a text, counting from 1. */
export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}
