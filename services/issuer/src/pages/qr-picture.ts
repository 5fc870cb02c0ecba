import { QR_SIZE, qrCode } from '../qr/qr-code.ts'
import { type Html, html } from './html.ts'

/** ISO/IEC 18004 section 6.3.8: so many modules around it stay light. */
const QUIET = 4

/** A QR code as a picture inside the page, dark on light in every colour scheme; undefined when the text is too long for one. */
export function qrPicture(text: string, label: string): Html | undefined {
  const rows = qrCode(text)
  if (rows === undefined) return undefined
  const path = rows.flatMap((row, y) =>
    row.flatMap((dark, x) =>
      dark && row[x - 1] !== true ? [`M${x} ${y}h${runFrom(row, x)}v1H${x}z`] : [],
    ),
  )
  const size = QR_SIZE + 2 * QUIET
  return html`<svg class="qr" id="qr" role="img" aria-label="${label}" viewBox="${-QUIET} ${-QUIET} ${size} ${size}" shape-rendering="crispEdges">
<rect x="${-QUIET}" y="${-QUIET}" width="${size}" height="${size}" fill="#fff"/><path fill="#000" d="${path.join('')}"/></svg>`
}

/** How many dark modules stand in a row from `x` on. */
function runFrom(row: readonly boolean[], x: number): number {
  const end = row.indexOf(false, x)
  return (end < 0 ? row.length : end) - x
}
