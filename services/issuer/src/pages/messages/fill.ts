import { type Html, html, type Part } from '../html.ts'
import type { Locale } from '../locale.ts'
import { EN, type Messages } from './en.ts'
import { ZH_CN } from './zh-cn.ts'

export const CATALOGUES: Readonly<Record<Locale, Messages>> = { en: EN, 'zh-CN': ZH_CN }

/** Puts parts into a message: `fill('to continue to {client}', { client: html`<b>${name}</b>` })`. */
export function fill(message: string, parts: Readonly<Record<string, Part>>): Html {
  const pieces = message.split(/\{(\w+)\}/)
  // split() with one group gives text and names in turn.
  return html`${pieces.map((piece, index) => (index % 2 === 0 ? piece : parts[piece]))}`
}
