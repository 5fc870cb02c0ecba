import { InputError } from '@latchkey/protocol'
import { quoted } from './text.ts'

/** Throws InputError `too-many` for a list longer than `limit`. */
export function atMost(limit: number, list: readonly unknown[], where: string): void {
  if (list.length <= limit) return
  throw new InputError('too-many', {
    received: `${list.length} entries`,
    expected: `at most ${limit} entries`,
    where,
  })
}

/** Throws InputError `duplicate` when a text stands in the list twice, `too-many` when the list is too long. */
export function distinctTexts(limit: number, list: readonly string[], where: string): void {
  atMost(limit, list, where)
  const seen = new Set<string>()
  for (const [index, text] of list.entries()) {
    if (seen.has(text)) {
      throw new InputError('duplicate', {
        received: `${quoted(text)} again`,
        expected: 'each entry once',
        where: `${where}[${index}]`,
      })
    }
    seen.add(text)
  }
}
