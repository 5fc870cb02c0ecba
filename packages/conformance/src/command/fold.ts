/** What every terminal shows at least. */
const COLUMNS = 80

/** Control characters could steer the terminal; what an issuer answers is not trusted. */
const CONTROL = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** A text in lines of at most 80 columns; those after the first are indented so far. */
export function fold(text: string, indent: number): string[] {
  const words = text.replace(CONTROL, '\ufffd').split(/(?<=\s)/)
  const lines: string[] = []
  let line = ''
  for (const word of words.flatMap((one) => pieces(one, COLUMNS - indent))) {
    if (widthOf(line + word.trimEnd()) > COLUMNS && line.trim() !== '') {
      lines.push(line.trimEnd())
      line = ' '.repeat(indent)
    }
    line += word
  }
  return [...lines, line.trimEnd()]
}

/** A word that is longer than a line is cut up. */
function pieces(word: string, columns: number): string[] {
  return word.match(new RegExp(`.{1,${Math.floor(columns / 2)}}`, 'gsu')) ?? []
}

/** Han, kana, hangul and full-width forms take two columns: Unicode Technical Report 11. */
function widthOf(text: string): number {
  return (
    text.length +
    (text.match(/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uff00-\uff60]/g)?.length ?? 0)
  )
}
