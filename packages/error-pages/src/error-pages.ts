import { readdirSync, readFileSync } from 'node:fs'
import { type ErrorPage, parseErrorPage } from './error-page.ts'

/** `npm run build` copies the pages beside the built files; the sources read them where they are written. */
const FOLDER = new URL(
  import.meta.url.endsWith('.ts') ? '../../../docs/errors/' : './pages/',
  import.meta.url,
)
const CODE = /^[a-z0-9][a-z0-9_-]{0,63}$/

/** The page about a code, read anew at each call; undefined when there is none. Takes any text. */
export function errorPage(code: string): ErrorPage | undefined {
  if (!CODE.test(code)) return undefined
  const markdown = pageText(code)
  if (markdown === undefined) return undefined
  const outcome = parseErrorPage(code, markdown)
  return outcome.kind === 'page' ? outcome.page : undefined
}

/** All codes that have a page, sorted. */
export function errorCodes(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.md') && file !== 'README.md')
    .map((file) => file.slice(0, -'.md'.length))
    .sort()
}

function pageText(code: string): string | undefined {
  try {
    return readFileSync(new URL(`${code}.md`, FOLDER), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
