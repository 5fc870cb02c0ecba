import { errorCodes } from '@latchkey/error-pages'
import t from 'tap'
import { runLine } from './fixtures/stand-ins.ts'

t.test('explain prints the page about a code, in 80 columns', async (t) => {
  const { code, out } = await runLine(['explain', '[owned-by-file]'])
  t.equal(code, 0)
  const lines = out.split('\n')
  t.equal(lines[0], 'owned-by-file')
  for (const title of ['What it means', 'Usual causes', 'What to do']) t.ok(lines.includes(title))
  t.ok(lines.includes('    latchkey plan latchkey.yaml'), 'commands stand as they are')
  t.ok(lines.every((line) => line.length <= 80))
})

t.test('titles and the first sentence are in the language of the terminal', async (t) => {
  const { code, out } = await runLine(['explain', 'owned-by-file'], {
    env: { LANG: 'zh_CN.UTF-8' },
  })
  t.equal(code, 0)
  t.match(out, '含义')
  t.match(out, /。/)
})

t.test('without a code it lists them all, and --json is for programs', async (t) => {
  const { code, out } = await runLine(['explain', '--json'])
  t.equal(code, 0)
  const codes = JSON.parse(out).map((page: { code: string }) => page.code)
  t.strictSame(codes, errorCodes())
})

t.test('a code that there is not is refused with the nearest one', async (t) => {
  const { code, err } = await runLine(['explain', 'owned-by-fil'])
  t.equal(code, 1)
  t.match(err, 'owned-by-file')
  t.match(err, '[unknown-code]')
})
