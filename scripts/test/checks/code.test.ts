import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { codesIn } from '../../checks/error-codes.ts'
import { errorPages } from '../../checks/error-pages.ts'
import { importsOf } from '../../checks/imports.ts'
import { layers } from '../../checks/layers.ts'
import { sources } from '../../checks/sources.ts'
import { manifest, plantedCases } from './planted-cases.ts'

t.test('imports are found in every form and nowhere else', async (t) => {
  const text = readFileSync(join(import.meta.dirname, 'fixtures', 'imports.txt'), 'utf8')
  t.strictSame(
    importsOf(text).map(({ specifier, line }) => `${line} ${specifier}`),
    [
      '1 a',
      '2 @scope/b/sub',
      '3 ./d.ts',
      '6 side-effect',
      '7 ./e.ts',
      '8 f',
      '9 g',
      '10 h',
      '11 ../src/i.ts',
    ],
  )
})

const feed = { 'packages/feed/package.json': manifest('@latchkey/feed') }
const customerPackages =
  '@latchkey/browser, @latchkey/fastify, @latchkey/login, @latchkey/service-client, @latchkey/verifier'

plantedCases('layers', layers, [
  {
    title: 'a lower level may be imported',
    files: { ...feed, 'packages/feed/src/a.ts': "import { x } from '@latchkey/protocol'\n" },
    expected: [],
  },
  {
    title: 'a higher level may not',
    files: { ...feed, 'packages/feed/src/a.ts': "\nimport { x } from '@latchkey/verifier'\n" },
    expected: [
      'packages/feed/src/a.ts:2 layers/level: imports @latchkey/verifier of level 2, expected a level below its own, 1',
    ],
  },
  {
    title: 'the same level may not, not even for its types',
    files: { ...feed, 'packages/feed/src/a.ts': "import type { X } from '@latchkey/tokens'\n" },
    expected: [
      'packages/feed/src/a.ts:1 layers/level: imports @latchkey/tokens of level 1, expected a level below its own, 1',
    ],
  },
  {
    title: 'tests may import any level',
    files: { ...feed, 'packages/feed/test/a.test.ts': "import { x } from '@latchkey/testkit'\n" },
    expected: [],
  },
  {
    title: 'a relative path stays inside its package, in tests too',
    files: {
      ...feed,
      'packages/feed/src/a.ts': "export * from '../../protocol/src/index.ts'\n",
      'packages/feed/test/a.test.ts': "import '../../../scripts/x.ts'\n",
    },
    expected: [
      'packages/feed/src/a.ts:1 layers/path: imports ../../protocol/src/index.ts, expected a path inside packages/feed or a package name',
      'packages/feed/test/a.test.ts:1 layers/path: imports ../../../scripts/x.ts, expected a path inside packages/feed or a package name',
    ],
  },
  {
    title: 'a relative path of a script stays inside scripts',
    files: { 'scripts/a.ts': "import '../packages/feed/src/a.ts'\nimport './b.ts'\n" },
    expected: [
      'scripts/a.ts:1 layers/path: imports ../packages/feed/src/a.ts, expected a path inside scripts or a package name',
    ],
  },
  {
    title: 'source does not need tests',
    files: { ...feed, 'packages/feed/src/a.ts': "import { x } from '../test/x.ts'\n" },
    expected: [
      'packages/feed/src/a.ts:1 layers/path: imports ../test/x.ts, expected source that stands in packages/feed/src',
    ],
  },
  {
    title: 'engines belong to their owners, in tests too',
    files: {
      ...feed,
      'packages/feed/src/a.ts': "import { Redis } from 'ioredis'\nimport 'node:sqlite'\n",
      'packages/feed/test/a.test.ts': "import { Kysely } from 'kysely'\n",
      'packages/store/package.json': manifest('@latchkey/store'),
      'packages/store/src/a.ts': "import { Redis } from 'ioredis'\nimport 'node:sqlite'\n",
    },
    expected: [
      'packages/feed/src/a.ts:1 layers/owner: imports ioredis, expected it only in @latchkey/store',
      'packages/feed/src/a.ts:2 layers/owner: imports node:sqlite, expected it only in @latchkey/store and @latchkey/directory',
      'packages/feed/test/a.test.ts:1 layers/owner: imports kysely, expected it only in @latchkey/directory',
    ],
  },
  {
    title: 'a sample imports only what a customer has',
    files: {
      'services/sample-a/package.json': manifest('@latchkey/sample-a'),
      'services/sample-a/src/a.ts':
        "import { login } from '@latchkey/login'\nimport { x } from '@latchkey/tokens'\n",
      'services/sample-a/test/a.test.ts': "import { startCluster } from '@latchkey/testkit'\n",
    },
    expected: [
      `services/sample-a/src/a.ts:2 layers/sample: imports @latchkey/tokens, expected only what a customer has: ${customerPackages}`,
    ],
  },
  {
    title: 'a new workspace gets a level',
    files: { 'packages/new/package.json': manifest('@latchkey/new') },
    expected: [
      'packages/new/package.json:1 layers/unknown: @latchkey/new, expected a level in scripts/checks/layers.ts',
    ],
  },
])

plantedCases('sources', sources, [
  {
    title: 'the issuer does not believe a request about its own address; others may look',
    files: {
      'services/issuer/src/a.ts': 'const a = request.ip\nconst b = request.protocol\n',
      'packages/a/src/a.ts': 'const a = request.host\n',
    },
    expected: [
      'services/issuer/src/a.ts:2 sources/address: request.protocol, expected the configured issuer',
    ],
  },
  {
    title: 'names that say something',
    files: { 'packages/a/src/commonly-used.ts': '', 'packages/a/src/utilization.ts': '' },
    expected: [],
  },
  {
    title: 'names that say nothing',
    files: {
      'packages/a/src/helpers/x.ts': '',
      'packages/a/src/string-utils.ts': '',
      'packages/a/src/types.ts': '',
      'packages/a/test/session-manager.test.ts': '',
    },
    expected: [
      'packages/a/src/helpers/x.ts:1 sources/name: "helpers" in its name, expected a name that says what is inside',
      'packages/a/src/string-utils.ts:1 sources/name: "utils" in its name, expected a name that says what is inside',
      'packages/a/src/types.ts:1 sources/name: "types.ts" in its name, expected a name that says what is inside',
      'packages/a/test/session-manager.test.ts:1 sources/name: "manager" in its name, expected a name that says what is inside',
    ],
  },
  {
    title: 'nothing is left for later',
    // Put together here, so that this file passes the check itself.
    files: { 'packages/a/src/a.ts': `const a = 1\nconst b = 2 // ${'TO'}DO: more\n` },
    expected: [
      `packages/a/src/a.ts:2 sources/unfinished: a comment with ${'TO'}DO, expected it done, or an issue`,
    ],
  },
  {
    title: 'no test is singled out',
    files: {
      'a.test.ts': `t.test('x', async () => {})\nt.${'only'}('x', async () => {})\n`,
      'b.test.ts': `t.test('x', { ${'only'}: true }, async () => {})\n`,
      'src.ts': `queue.${'only'}('x')\n`,
    },
    expected: [
      `a.test.ts:2 sources/only: t.${'only'}(, expected a test that lets the others run`,
      `b.test.ts:1 sources/only: ${'only'}: true, expected a test that lets the others run`,
    ],
  },
])

t.test('codes are found in every form', async (t) => {
  const text = `
    throw new InputError(
      'one-code', { received, expected })
    refuse('place', 'two-code', x) + refuse('three-code', y)
    const a = { code: 'four_code', error: 'five' }, b = { status: 'no-code' }
    export type SixErrorCode =
      | 'six-code'
      | 'seven-code'
    export const EIGHT_PROBLEMS: Readonly<Record<string, Fact>> = {
  'eight-code': { status: 400, title: 'not-this' },
  nine_code: {
    status: 400,
  },
}
    socket.close({ code: 4499 })
    write(
      'fourteen-code', text)
    scalarKind('HOST, or not', 'ten-code', (value) => value)
    scalarKind(\`1 to \${max}\`, 'thirteen-code', parse)
    scalarKind(shape, 'eleven-code', parse) + refusal('twelve-code', file, expected)
  `
  t.strictSame(codesIn(text).sort(), [
    '4499',
    'eight-code',
    'eleven-code',
    'five',
    'four_code',
    'fourteen-code',
    'nine_code',
    'one-code',
    'seven-code',
    'six-code',
    'ten-code',
    'thirteen-code',
    'three-code',
    'twelve-code',
    'two-code',
  ])
})

const page = (code: string) =>
  `# ${code}\n\nSo it is.\n\n就是这样。\n\n## What it means\n\nx\n\n## Usual causes\n\n- x\n\n## What to do\n\nx\n`
const says = (code: string) => ({ 'packages/a/src/a.ts': `throw new InputError('${code}', x)\n` })

plantedCases('error pages', errorPages, [
  {
    title: 'a code with its page and its place in the index',
    files: {
      ...says('some-code'),
      'docs/errors/some-code.md': page('some-code'),
      'docs/errors/README.md': '- [some-code](some-code.md): So it is.\n',
    },
    expected: [],
  },
  {
    title: 'a code without a page, and a page without a code',
    files: { ...says('new-code'), 'docs/errors/old-code.md': page('old-code') },
    expected: [
      'packages/a/src/a.ts:1 errors/page: the code new-code without a page, expected docs/errors/new-code.md',
      'docs/errors/old-code.md:1 errors/code: a page about a code that nothing says',
    ],
  },
  {
    title: 'a page of another form, and an index that lacks it',
    files: {
      ...says('some-code'),
      'docs/errors/some-code.md': page('other-code'),
      'docs/errors/README.md': 'none\n',
    },
    expected: [
      'docs/errors/some-code.md:1 errors/form: something else, expected the heading "# some-code" and a blank line',
      'docs/errors/README.md:1 errors/index: an index without it, expected - [some-code](some-code.md): So it is.',
    ],
  },
])
