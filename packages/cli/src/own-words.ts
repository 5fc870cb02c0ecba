import { errorPage } from '@latchkey/error-pages'
import type { Say } from './messages/text.ts'

/**
 * What a code means, by the first sentence of its page, for those whose language the text that comes with the code does not speak:
 * issuers and settings explain themselves in English. '' in English, and for a code without a page.
 */
export function ownWords(code: string, say: Say): string {
  const page = errorPage(code)
  return page === undefined ? '' : say({ en: '', zh: page.summary.zh })
}
