import t from 'tap'
import { errorCodes, errorPage, parseErrorPage } from '../src/index.ts'

const GOOD = `# some-code

It is \`so\`.

就是这样。

## What it means

First line
and second.

## Usual causes

- One cause
  on two lines.
- Another.

## What to do

Run this:

\`\`\`sh
latchkey doctor

latchkey start
\`\`\`
`

t.test('a page is read into its parts', async (t) => {
  const outcome = parseErrorPage('some-code', GOOD)
  t.strictSame(outcome, {
    kind: 'page',
    page: {
      code: 'some-code',
      summary: { en: 'It is `so`.', zh: '就是这样。' },
      sections: [
        {
          title: 'What it means',
          blocks: [{ kind: 'paragraph', text: 'First line and second.' }],
        },
        {
          title: 'Usual causes',
          blocks: [{ kind: 'list', items: ['One cause on two lines.', 'Another.'] }],
        },
        {
          title: 'What to do',
          blocks: [
            { kind: 'paragraph', text: 'Run this:' },
            { kind: 'code', lines: ['latchkey doctor', '', 'latchkey start'] },
          ],
        },
      ],
    },
  })
})

t.test('a page of another form is refused, with the line', async (t) => {
  const cases: readonly (readonly [string, string, string, number])[] = [
    ['another heading', '# some-code', '# other-code', 1],
    ['no sentence', 'It is `so`.', 'it is so', 3],
    ['no Chinese', '就是这样。', 'The same.', 5],
    ['a section that has another name', '## Usual causes', '## Causes', 7],
    ['a link', 'Run this:', 'Read [this](../this.md).', 20],
    ['an empty section', 'First line\nand second.\n', '', 7],
  ]
  for (const [name, from, to, line] of cases) {
    const outcome = parseErrorPage('some-code', GOOD.replace(from, to))
    t.equal(outcome.kind === 'invalid' && outcome.line, line, name)
  }
})

t.test('each page can be read, and what is no code has none', async (t) => {
  const codes = errorCodes()
  t.ok(codes.length > 0)
  for (const code of codes) t.equal(errorPage(code)?.code, code, code)
  for (const text of ['README', '', '../dependencies', 'no-such-code', 'a/b', 'x'.repeat(100)]) {
    t.equal(errorPage(text), undefined, text)
  }
})
