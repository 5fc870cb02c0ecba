import { dependencies } from '../../checks/dependencies.ts'
import { dependencyList } from '../../checks/dependency-list.ts'
import { documents } from '../../checks/documents.ts'
import { manifests } from '../../checks/manifests.ts'
import { proofs } from '../../checks/proofs.ts'
import { type Files, manifest, plantedCases } from './planted-cases.ts'

plantedCases('dependencies', dependencies, [
  {
    title: 'declared and used, in source and in tests',
    files: {
      'package.json': '{ "devDependencies": { "shared": "1.0.0", "typescript": "1.0.0" } }',
      'packages/a/package.json': manifest('a', {
        dependencies: { ws: '1.0.0' },
        peerDependencies: { peer: '^1.0.0' },
        devDependencies: { '@types/ws': '1.0.0', '@types/s__n': '1.0.0', '@s/n': '1.0.0' },
      }),
      'packages/a/src/a.ts': "import 'ws/sub'\nimport 'peer'\nimport 'node:fs'\nimport './b.ts'\n",
      'packages/a/test/a.test.ts': "import 'ws'\nimport '@s/n/sub'\nimport 'shared'\nimport 'a'\n",
    },
    expected: [],
  },
  {
    title: 'source does not live on devDependencies',
    files: {
      'packages/a/package.json': manifest('a', { devDependencies: { dev: '1.0.0' } }),
      'packages/a/src/a.ts': "import 'dev'\n",
    },
    expected: [
      'packages/a/src/a.ts:1 dependencies/undeclared: imports dev, expected it in the dependencies or peerDependencies of packages/a/package.json',
    ],
  },
  {
    title: 'tests declare what they import',
    files: {
      'packages/a/package.json': manifest('a'),
      'packages/a/test/a.test.ts': "\nimport 'dev'\n",
    },
    expected: [
      'packages/a/test/a.test.ts:2 dependencies/undeclared: imports dev, expected it in the devDependencies of packages/a/package.json',
    ],
  },
  {
    title: 'scripts use every workspace, and what the root declares',
    files: {
      'package.json': '{ "devDependencies": { "dev": "1.0.0" } }',
      'packages/a/package.json': manifest('a'),
      'scripts/x.ts': "import 'a'\nimport 'dev'\nimport 'b'\n",
    },
    expected: [
      'scripts/x.ts:3 dependencies/undeclared: imports b, expected it in the devDependencies of package.json',
    ],
  },
  {
    title: 'what nobody imports is not declared',
    files: {
      'package.json': '{\n"devDependencies": {\n"unused": "1.0.0" } }',
      'packages/a/package.json':
        '{ "name": "a",\n"dependencies": {\n"b": "1.0.0" },\n"devDependencies": {\n"c": "1.0.0" } }',
      'packages/a/test/a.test.ts': "import 'b'\n",
    },
    expected: [
      'packages/a/package.json:3 dependencies/unused: declares b, expected an import in packages/a/src',
      'packages/a/package.json:5 dependencies/unused: declares c, expected an import in packages/a/test',
      'package.json:3 dependencies/unused: declares unused, expected an import in scripts or in a test',
    ],
  },
])

const complete = (name: string, more: object = {}): string =>
  manifest(name, {
    version: '0.1.0',
    description: 'A sentence.',
    license: 'Apache-2.0',
    type: 'module',
    exports: {
      '.': {
        '@latchkey/source': './src/index.ts',
        types: './dist/index.d.ts',
        default: './dist/index.js',
      },
    },
    files: ['dist'],
    ...more,
  })
const references = (...paths: string[]): string =>
  JSON.stringify({ references: paths.map((path) => ({ path })) })
const locked = (packages: object): Files => ({ 'package-lock.json': JSON.stringify({ packages }) })
const twoPackages = {
  ...locked({ 'packages/b': { dependencies: { a: '0.1.0' } } }),
  'tsconfig.build.json': references('packages/a', 'packages/b'),
  'packages/a/package.json': complete('a'),
  'packages/a/tsconfig.json': references(),
  'packages/b/package.json': complete('b', { dependencies: { a: '0.1.0' } }),
  'packages/b/tsconfig.json': references('../../packages/a'),
}

plantedCases('manifests', manifests, [
  { title: 'workspaces described alike pass', files: twoPackages, expected: [] },
  {
    title: 'versions are exact, except those of peers',
    files: {
      ...twoPackages,
      ...locked({
        '': { devDependencies: { x: '^1.0.0', y: '1.0.0-beta.1' } },
        'packages/a': { peerDependencies: { p: '^1.0.0' }, optionalDependencies: { o: 'latest' } },
        'packages/b': { dependencies: { a: '0.1.0' } },
      }),
      'package.json': '{ "devDependencies": {\n"x": "^1.0.0",\n"y": "1.0.0-beta.1" } }',
      'packages/a/package.json': complete('a', {
        peerDependencies: { p: '^1.0.0' },
        optionalDependencies: { o: 'latest' },
      }),
    },
    expected: [
      'package.json:2 manifests/version: x ^1.0.0, expected an exact version',
      'packages/a/package.json:1 manifests/version: o latest, expected an exact version',
    ],
  },
  {
    title: 'a workspace is named with the version it has',
    files: {
      ...twoPackages,
      ...locked({ 'packages/b': { dependencies: { a: '0.2.0' } } }),
      'packages/b/package.json': complete('b', { dependencies: { a: '0.2.0' } }),
    },
    expected: ['packages/b/package.json:1 manifests/version: a 0.2.0, expected 0.1.0'],
  },
  {
    title: 'a package asks for no older Node than what it brings along',
    files: {
      ...twoPackages,
      'packages/a/package.json': complete('a', { engines: { node: '>=24' } }),
      'packages/b/package.json': complete('b', {
        dependencies: { a: '0.1.0' },
        engines: { node: '>=20' },
      }),
    },
    expected: ['packages/b/package.json:1 manifests/engines: Node >=20, expected >=24'],
  },
  {
    title: 'the fields that npm and Node need are there',
    files: {
      ...twoPackages,
      'packages/a/package.json': manifest('a', { version: '0.1.0' }),
    },
    expected: [
      'packages/a/package.json:1 manifests/type: nothing, expected module',
      'packages/a/package.json:1 manifests/license: nothing, expected Apache-2.0',
      'packages/a/package.json:1 manifests/description: nothing, expected one sentence',
      'packages/a/package.json:1 manifests/files: nothing, expected a list with dist',
      'packages/a/package.json:1 manifests/exports: nothing, expected ' +
        '{".":{"@latchkey/source":"./src/index.ts","types":"./dist/index.d.ts","default":"./dist/index.js"}}',
    ],
  },
  {
    title: 'the lock file is in step with every package.json',
    files: {
      ...twoPackages,
      ...locked({
        '': { devDependencies: { x: '1.0.0' } },
        'packages/b': { dependencies: { a: '0.0.1' } },
      }),
    },
    expected: [
      'package-lock.json:1 manifests/lock: other devDependencies of the root than its package.json, expected what npm install --package-lock-only writes',
      'package-lock.json:1 manifests/lock: other dependencies of packages/b than its package.json, expected what npm install --package-lock-only writes',
    ],
  },
  {
    title: 'the compiler builds dependencies first, and everything',
    files: {
      ...twoPackages,
      'tsconfig.build.json': references('packages/a'),
      'packages/b/tsconfig.json': references(),
    },
    expected: [
      'packages/b/tsconfig.json:1 manifests/references: references [], expected [../../packages/a]',
      'tsconfig.build.json:1 manifests/references: references [packages/a], expected [packages/a, packages/b]',
    ],
  },
])

const readme = (text: string): Files => ({
  'packages/a/package.json': manifest('@latchkey/a'),
  'packages/a/README.md': text,
})

plantedCases('documents', documents, [
  {
    title: 'links to files, folders, headings and the web',
    files: {
      'README.md':
        '[a](docs/a.md) [d](docs) [e](docs/) [h](docs/a.md#two-words) [w](https://x.y/z)\n',
      'docs/a.md':
        '# Two words\n[up](../README.md "title") [here](#two-words) [again](#two-words-1)\n\n## Two words\n',
    },
    expected: [],
  },
  {
    title: 'links that lead nowhere',
    files: { 'docs/a.md': '# One\n\n[x](b.md)\n[y](#two)\n[z](../docs/a.md#three)\n' },
    expected: [
      'docs/a.md:3 documents/link: a link to b.md, expected a file of this repository',
      'docs/a.md:4 documents/link: a link to #two, expected a heading of docs/a.md',
      'docs/a.md:5 documents/link: a link to ../docs/a.md#three, expected a heading of docs/a.md',
    ],
  },
  {
    title: 'code is not Markdown',
    files: {
      'docs/a.md': '`[x](y)`\n\n```md\n# No heading\n[x](y)\n```\n[z](#no-heading)\n',
    },
    expected: [
      'docs/a.md:7 documents/link: a link to #no-heading, expected a heading of docs/a.md',
    ],
  },
  {
    title: 'a README with its three parts',
    files: readme(
      '# @latchkey/a\n\nIt does this.\n\n```ts\na()\n```\n\n## What it will not do\n\nThat.\n',
    ),
    expected: [],
  },
  {
    title: 'a README without them',
    files: readme('# a\n\n## Usage\n'),
    expected: [
      'packages/a/README.md:1 documents/readme-title: no title, expected "# @latchkey/a" as its first line',
      'packages/a/README.md:1 documents/readme-purpose: no purpose, expected first of all what it is for',
      'packages/a/README.md:1 documents/readme-example: no example, expected an example in a code block',
      'packages/a/README.md:1 documents/readme-limits: no limits, expected a heading such as "What it will not do"',
    ],
  },
  {
    title: 'a README that begins with code, and one of a service',
    files: {
      ...readme('# @latchkey/a\n\n`a` does it.\n\n```ts\na()\n```\n\n## What it will not do\n'),
      'services/b/package.json': manifest('@latchkey/b'),
      'services/b/README.md': '# Orders\n\nA shop.\n\n```sh\nnpm start\n```\n',
    },
    expected: [],
  },
  {
    title: 'a workspace without a README',
    files: { 'packages/a/package.json': manifest('@latchkey/a') },
    expected: [
      'packages/a/README.md:1 documents/readme: no such file, expected one that says what the package is for, shows it, and says what it will not do',
    ],
  },
])

const declared = {
  'package.json': '{ "devDependencies": { "t": "1.0.0", "x": "1.0.0" } }',
  'packages/a/package.json': manifest('a', {
    dependencies: { x: '1.0.0', '@latchkey/b': '1.0.0' },
    devDependencies: { t: '1.0.0' },
  }),
  'packages/b/package.json': manifest('b', { peerDependencies: { t: '^1.0.0', y: '^1.0.0' } }),
}

plantedCases('dependency list', dependencyList, [
  {
    title: 'a row for each package, with its users and its reason',
    files: {
      ...declared,
      'docs/dependencies.md':
        '| `t` | all | tests |\n| `x` | root, a | speed |\n| `y` | b | taste |\n',
    },
    expected: [],
  },
  {
    title: 'rows missing, stale, superfluous or without a reason',
    files: {
      ...declared,
      'docs/dependencies.md': '# List\n\n| `x` | a | speed |\n| `y` | b | |\n| `z` | a | old |\n',
    },
    expected: [
      'docs/dependencies.md:3 dependency-list/users: x in a, expected root, a',
      'docs/dependencies.md:4 dependency-list/reason: y, expected a reason',
      'docs/dependencies.md:5 dependency-list/extra: z, expected no row',
      'docs/dependencies.md:1 dependency-list/missing: t, expected a row "| `t` | all | reason |"',
    ],
  },
])

const tests = {
  'a/one.test.ts': "t.test('nothing is lost', …)\nt.test(`a forged one is refused`, …)\n",
}

plantedCases('proofs', (repository) => proofs(repository, ['A1', 'B2']), [
  {
    title: 'tests that are there, and a row for each attack',
    files: {
      ...tests,
      'docs/attacks.md':
        '| A1 | loss | [one](../a/one.test.ts): `nothing is lost`, `is refused` |\n' +
        '| B2 | forgery | [one](../a/one.test.ts): `is refused`<br>and more |\n',
    },
    expected: [],
  },
  {
    title: 'names that no test has, in any document',
    files: {
      ...tests,
      'docs/threats.md':
        '# Threats\n\nProven by [one](../a/one.test.ts): `nothing is lost`, `all is well`.\n',
    },
    expected: ['docs/threats.md:3 proofs/test: "all is well", expected it in a/one.test.ts'],
  },
  {
    title: 'attacks without a proof or without a row',
    files: { ...tests, 'docs/attacks.md': '\n| A1 | loss | [one](../a/one.test.ts) |\n' },
    expected: [
      'docs/attacks.md:2 proofs/attack: A1 without a proof, expected a link to a test file, and the name of a test',
      'docs/attacks.md:1 proofs/attack: no row B2, expected a link to a test file, and the name of a test',
    ],
  },
  {
    title: 'attacks with two rows',
    files: {
      ...tests,
      'docs/attacks.md': ['A1', 'B2', 'A1']
        .map((id) => `| ${id} | loss | [one](../a/one.test.ts): \`is refused\` |\n`)
        .join(''),
    },
    expected: ['docs/attacks.md:3 proofs/attack: A1 again, expected one row'],
  },
])
