/** One thing that is wrong with a file, or that the issuer refuses: what people need to mend it. */
export interface ImportFault {
  readonly line: number
  readonly code: string
  readonly column?: string | undefined
  /** Cut; absent where it could be a secret. */
  readonly received?: string | undefined
  readonly expected: string
}

const MOST_CHARS = 60

export function cutValue(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')
  return text.length > MOST_CHARS ? `${text.slice(0, MOST_CHARS)}…` : text
}
