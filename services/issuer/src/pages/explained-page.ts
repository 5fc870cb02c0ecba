import type { Block, ErrorPage, Section } from '@latchkey/error-pages'
import { type Html, html } from './html.ts'
import { layout } from './layout.ts'
import type { Locale } from './locale.ts'
import type { Messages } from './messages/en.ts'
import { CATALOGUES } from './messages/fill.ts'

const TITLES = {
  'What it means': 'explainedMeans',
  'Usual causes': 'explainedCauses',
  'What to do': 'explainedToDo',
} as const satisfies Record<Section['title'], keyof Messages>

/** What an error code means, for developers and operators. Everything behind the first sentence is in English. */
export function explainedPage({ locale, page }: { locale: Locale; page: ErrorPage }): string {
  const messages = CATALOGUES[locale]
  return layout({
    locale,
    title: page.code,
    main: html`<h1>${page.code}</h1>
<p class="soft" id="summary">${withCode(page.summary[locale === 'en' ? 'en' : 'zh'])}</p>
${page.sections.map(
  ({ title, blocks }) => html`<h2>${messages[TITLES[title]]}</h2>
<div lang="en">${blocks.map(blockOf)}</div>\n`,
)}`,
  })
}

function blockOf(block: Block): Html {
  switch (block.kind) {
    case 'paragraph':
      return html`<p>${withCode(block.text)}</p>\n`
    case 'list':
      return html`<ul class="plain">\n${block.items.map((item) => html`<li>${withCode(item)}</li>\n`)}</ul>\n`
    case 'code':
      return html`<pre><code>${block.lines.join('\n')}</code></pre>\n`
  }
}

/** Words in backticks are code: every second part. */
function withCode(text: string): Html[] {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))
}
