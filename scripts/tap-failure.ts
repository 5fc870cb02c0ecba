/** Members of tap's diagnostics that repeat what the reader sees elsewhere. */
const NOISE = new Set(['args', 'at', 'command', 'cwd', 'externalID', 'source', 'stdio', 'handles'])

/**
 * One failure as text: the path of the test, then where it stands and what tap knows about it.
 * @param path file, suites, test and assertion, outermost first
 * @param diagnostics as parsed from the YAML block in TAP; unknown members are printed too
 */
export function failureText(path: readonly string[], diagnostics: unknown): string {
  const lines = [`not ok - ${path.join(' > ')}`]
  if (isRecord(diagnostics)) {
    const { at } = diagnostics
    if (isRecord(at)) lines.push(`at ${at['fileName']}:${at['lineNumber']}:${at['columnNumber']}`)
    for (const [name, value] of Object.entries(diagnostics)) {
      if (NOISE.has(name) || value === null) continue
      const text = typeof value === 'string' ? value.trimEnd() : JSON.stringify(value)
      lines.push(
        ...(text.includes('\n') ? [`${name}:`, ...text.split('\n')] : [`${name}: ${text}`]),
      )
    }
  }
  return lines.join('\n    ')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
