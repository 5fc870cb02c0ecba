export type Language = 'en' | 'zh-CN'

/** The language of our pages that the browser likes best: RFC 9110 section 12.5.4. English when it likes neither. */
export function preferredLanguage(acceptLanguage: string | undefined): Language {
  let best: { language: Language; weight: number } = { language: 'en', weight: 0 }
  for (const range of (acceptLanguage ?? '').slice(0, 500).split(',')) {
    const [tag = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    const language = /^zh(-|$)/.test(tag) ? 'zh-CN' : /^en(-|$)/.test(tag) ? 'en' : undefined
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1'
    const weight = Number(quality)
    if (language !== undefined && weight > best.weight) best = { language, weight }
  }
  return best.language
}
