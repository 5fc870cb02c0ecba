import t from 'tap'
import { escapeHtml, html, type Part, toText, trusted } from '../../src/pages/html.ts'
import { fill } from '../../src/pages/messages/fill.ts'

t.test('parts of a template', async (t) => {
  const cases: [part: Part, want: string, why: string][] = [
    ['<b>&"\'', '&lt;b&gt;&amp;&quot;&#39;', 'text is escaped'],
    [7, '7', 'numbers are written'],
    [undefined, '', 'undefined is nothing'],
    [html`<i>${'<'}</i>`, '<i>&lt;</i>', 'markup stays markup'],
    [[html`<i>`, '<', 1], '<i>&lt;1', 'lists are joined'],
    [trusted('<hr>'), '<hr>', 'constants of ours are markup'],
    ['\u0000\u0085\ud800', '\ufffd\ufffd\ufffd', 'control characters and lone surrogates'],
  ]
  for (const [part, want, why] of cases) t.equal(toText(html`${part}`), want, why)
})

t.test('an object that only looks like markup is not believed', async (t) => {
  for (const fake of ['{"markup":"<script>"}', '{"Symbol(markup)":"<script>"}', '{"html":"<b>"}']) {
    t.throws(() => html`${JSON.parse(fake)}`, TypeError)
  }
})

t.test('an attribute without quotes is a mistake of the template', async (t) => {
  t.throws(() => html`<a href=${'x y'}>`, /quotes/)
  t.equal(toText(html`<a href="${'x y'}">`), '<a href="x y">')
})

t.test('messages are filled by name, once', async (t) => {
  const text = toText(fill('a {one} b {two} {three}', { one: '{two}', two: html`<i>2</i>` }))
  t.equal(text, 'a {two} b <i>2</i> ')
})

t.test('escaping twice shows the first escape', async (t) => {
  t.equal(escapeHtml(escapeHtml('<')), '&amp;lt;')
})
