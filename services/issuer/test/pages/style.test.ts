import t from 'tap'
import { CSS } from '../../src/pages/style.ts'

t.test('WCAG 2.2, 1.4.3 and 1.4.11: texts have 4.5:1 and edges 3:1, light and dark', async (t) => {
  const [light = '', dark = ''] = CSS.split('prefers-color-scheme:dark')
  const texts = [
    ['ink', 'card'],
    ['ink', 'back'],
    ['soft', 'card'],
    ['act-on', 'act'],
    ['act-on', 'act-over'],
    ['bad', 'bad-back'],
  ] as const
  const edges = [
    ['line', 'card'],
    ['ring', 'card'],
    ['bad', 'card'],
    ['act', 'card'],
    ['good', 'good-back'],
    ['soft', 'back'],
  ] as const
  for (const [scheme, sheet] of Object.entries({ light, dark })) {
    const colour = (name: string) =>
      sheet.match(new RegExp(`--${name}:(#[0-9a-f]{3,6})[;}]`))?.[1] ?? t.fail(name)
    for (const [front, back] of texts) {
      const ratio = contrast(String(colour(front)), String(colour(back)))
      t.ok(ratio >= 4.5, `${scheme}: ${front} on ${back} has ${ratio.toFixed(1)}`)
    }
    for (const [front, back] of edges) {
      const ratio = contrast(String(colour(front)), String(colour(back)))
      t.ok(ratio >= 3, `${scheme}: ${front} beside ${back} has ${ratio.toFixed(1)}`)
    }
  }
})

/** WCAG 2.2, definitions of contrast ratio and relative luminance. */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(colour: string): number {
  const hex = colour.length === 4 ? colour.replace(/[0-9a-f]/g, '$&$&') : colour
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const channel = Number.parseInt(hex.slice(start, start + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
