import { LOGIN_LIMITS } from './limits.ts'

/**
 * One long cookie value as several short ones. The first chunk begins with their number, so that a chunk left over from
 * an older, longer value is never read.
 */
export function toChunks(text: string): readonly string[] {
  const size = LOGIN_LIMITS.cookieChunkChars
  // The number and its dot take two characters: there are fewer than ten chunks.
  const count = Math.ceil((text.length + 2) / size)
  const numbered = `${count}.${text}`
  return Array.from({ length: count }, (_, i) => numbered.slice(i * size, (i + 1) * size))
}

/** The value again, or undefined when a chunk is missing or the number makes no sense. */
export function fromChunks(chunk: (index: number) => string | undefined): string | undefined {
  const match = /^([1-9])\.(.+)$/s.exec(chunk(0) ?? '')
  if (match === null) return undefined
  const [, count, start = ''] = match
  let text = start
  for (let index = 1; index < Number(count); index++) {
    const next = chunk(index)
    if (next === undefined) return undefined
    text += next
  }
  return text
}
