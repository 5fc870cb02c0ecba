/** Results as a picture: for each set bars of the medians. */
import { setsOf } from './report.ts'
import type { Role, Series } from './result.ts'
import { median } from './statistics.ts'

const WIDTH = 860
const LABELS = 330
const BARS = 400
const ROW = 22
const GAP = 46
const COLOURS: Readonly<Record<Role, string>> = {
  product: '#0b6e4f',
  peer: '#8fa3b0',
  floor: '#d9c58b',
}

export function plot(all: readonly Series[], caption: string): string {
  let y = GAP
  const panels = setsOf(all).map((set) => {
    const panel = panelAt(y, set)
    y += set.length * ROW + GAP
    return panel
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" font-family="system-ui, sans-serif" font-size="13">`,
    `<title>Benchmark of Latchkey</title>`,
    `<rect width="${WIDTH}" height="${y}" fill="#ffffff"/>`,
    `<text x="16" y="20" fill="#555555">${escaped(caption)}</text>`,
    ...panels,
    `</svg>\n`,
  ].join('\n')
}

function panelAt(top: number, set: readonly Series[]): string {
  const [first] = set
  const unit = first?.unit ?? 'ms'
  const better = unit === 'req/s' ? 'longer is better' : 'shorter is better'
  const title = `${first?.group}: ${first?.set} (${unit}, ${better})`
  const longest = Math.max(...set.map(({ values }) => median(values)))
  const bars = set.map((one, row) => barAt(top + 10 + row * ROW, one, BARS / longest))
  return [`<text x="16" y="${top}" font-weight="600">${escaped(title)}</text>`, ...bars].join('\n')
}

function barAt(top: number, { name, role, values }: Series, scale: number): string {
  const middle = median(values)
  const end = LABELS + middle * scale
  const weight = role === 'product' ? ' font-weight="600"' : ''
  return (
    `<text x="${LABELS - 8}" y="${top + 13}" text-anchor="end"${weight}>${escaped(name)}</text>` +
    `<rect x="${LABELS}" y="${top + 2}" width="${(middle * scale).toFixed(1)}" height="14" fill="${COLOURS[role]}"/>` +
    `<text x="${(end + 6).toFixed(1)}" y="${top + 13}"${weight}>${shown(middle)}</text>`
  )
}

function shown(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
