import { weightedValues } from '../http/weighted-values.ts'

/** Languages that the pages exist in. */
export const LOCALES = ['en', 'zh-CN'] as const

export type Locale = (typeof LOCALES)[number]

/** Nobody reads that many languages; the header may be as long as the client likes. */
const MAX_CHARS = 256

/**
 * The language of a page: `ui_locales` (OpenID Connect Core section 3.1.2.1: space-separated, by preference), then
 * `Accept-Language` (RFC 9110 section 12.5.4), then the first one offered. Every kind of Chinese gets `zh-CN`, because
 * it is the only one there is and nearer than English.
 */
export function chooseLocale(wanted: {
  offered: readonly Locale[]
  uiLocales?: string | undefined
  acceptLanguage?: string | undefined
}): Locale {
  const tags = [
    ...(wanted.uiLocales ?? '').slice(0, MAX_CHARS).split(' '),
    ...byPreference((wanted.acceptLanguage ?? '').slice(0, MAX_CHARS)),
  ]
  for (const tag of tags) {
    const language = tag.toLowerCase().split('-', 1)[0]
    const locale = wanted.offered.find((one) => one.toLowerCase().split('-', 1)[0] === language)
    if (locale !== undefined) return locale
  }
  return wanted.offered[0] ?? 'en'
}

/** Tags of the header, most wanted first. */
function byPreference(header: string): string[] {
  return weightedValues(header)
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight)
    .map(({ value }) => value)
}
