/** Which scripts one name may mix: Unicode Technical Standard 39, section 5.2, "highly restrictive". */

/** Han with the scripts that are written together with it; Latin may stand beside each of these. */
const WRITTEN_TOGETHER = [
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Bopomofo'],
  ['Latin', 'Han', 'Hangul'],
] as const

/** Scripts of living languages: Unicode Standard Annex 31, tables 5 and 7. */
const ALONE = [
  ...['Arabic', 'Armenian', 'Bengali', 'Cyrillic', 'Devanagari', 'Ethiopic', 'Georgian', 'Greek'],
  ...['Gujarati', 'Gurmukhi', 'Hebrew', 'Kannada', 'Khmer', 'Lao', 'Malayalam', 'Myanmar', 'Oriya'],
  ...['Sinhala', 'Tamil', 'Telugu', 'Thaana', 'Thai', 'Tibetan'],
  ...['Adlam', 'Balinese', 'Bamum', 'Batak', 'Canadian_Aboriginal', 'Chakma', 'Cham', 'Cherokee'],
  ...[
    'Hanifi_Rohingya',
    'Javanese',
    'Kayah_Li',
    'Lepcha',
    'Limbu',
    'Lisu',
    'Mandaic',
    'Meetei_Mayek',
  ],
  ...[
    'Mongolian',
    'New_Tai_Lue',
    'Newa',
    'Nko',
    'Nyiakeng_Puachue_Hmong',
    'Ol_Chiki',
    'Osage',
    'Miao',
  ],
  ...['Saurashtra', 'Sundanese', 'Syloti_Nagri', 'Syriac', 'Tai_Le', 'Tai_Tham', 'Tai_Viet'],
  ...['Tifinagh', 'Vai', 'Wancho', 'Yi'],
] as const

/** Digits, signs and marks belong to every script. */
const COMMON = '\\p{Script=Common}\\p{Script=Inherited}'

/** One expression for each of them. Sixty of these are work, so they are made with the first name. */
let fitting: readonly RegExp[] | undefined

function expressions(): readonly RegExp[] {
  const together = [...WRITTEN_TOGETHER, ...ALONE.map((script) => [script])]
  return together.map((scripts) => {
    const letters = scripts.map((one) => `\\p{Script_Extensions=${one}}`).join('')
    return new RegExp(`^[${COMMON}${letters}]*$`, 'u')
  })
}

/** Whether all letters of the text are of one script, or of scripts that are written together. */
export function fitTogether(text: string): boolean {
  fitting ??= expressions()
  return fitting.some((one) => one.test(text))
}
