/** Families of browsers and programs, by a mark that the ones before do not have: most call themselves Chrome or Safari, too. */
const PROGRAMS = [
  [/\bEdg(?:A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS)\//, 'Chrome'],
  [/\bVersion\/\S+ .*Safari\//, 'Safari'],
  [/^curl\//, 'curl'],
] as const

/** iPhones say that they are like Mac OS X, and Android that it is Linux. */
const SYSTEMS = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMacintosh\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
] as const

/**
 * `Firefox, Linux`, from the header User-Agent (RFC 9110 section 10.1.5), for people who look at a list; the header itself when it is
 * of no known family. Everybody can send anything there: nothing may be decided by it.
 */
export function browserName(userAgent: string): string {
  const program = nameIn(PROGRAMS, userAgent)
  if (program === undefined) return userAgent
  const system = nameIn(SYSTEMS, userAgent)
  return system === undefined ? program : `${program}, ${system}`
}

function nameIn(names: readonly (readonly [RegExp, string])[], text: string): string | undefined {
  return names.find(([mark]) => mark.test(text))?.[1]
}
