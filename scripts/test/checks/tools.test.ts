import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { type Finding, findingText } from '../../checks/finding.ts'
import { cleanProcess } from '../clean-process.ts'

const repository = join(import.meta.dirname, '..', '..', '..')

/** A repository with our settings and our tools, and one file. */
function checkout(t: Test, file: string, text: string): string {
  const root = t.testdir({})
  mkdirSync(join(root, dirname(file)), { recursive: true })
  for (const name of ['biome.json', 'tsconfig.json', '.gitignore']) {
    cpSync(join(repository, name), join(root, name))
  }
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'))
  mkdirSync(join(root, 'packages', 'a', 'src'), { recursive: true })
  writeFileSync(
    join(root, 'packages', 'a', 'package.json'),
    '{\n  "name": "a",\n  "type": "module"\n}\n',
  )
  writeFileSync(join(root, 'packages', 'a', 'src', 'other.ts'), "export * from './file.ts'\n")
  writeFileSync(join(root, file), text)
  return root
}

async function findingsOf(tool: 'biome' | 'types', root: string): Promise<Finding[]> {
  const script = join(import.meta.dirname, 'run-tool.ts')
  const { lines } = await cleanProcess([script, tool, root], { cwd: root }).ended
  return JSON.parse(lines.at(-1) ?? '')
}
const biome = (root: string) => findingsOf('biome', root)
const types = (root: string) => findingsOf('types', root)

const promise = 'export async function later(): Promise<void> {}\n'
const lines = (count: number, line: string): string => `${line}\n`.repeat(count)

/** File, text, and the rule that refuses it at which line. */
const FAULTS: [title: string, text: string, finding: string][] = [
  ['layout by hand', 'export const a = "a";\n', '1 format'],
  [
    'imports in any order',
    "export * from 'node:net'\nexport * from 'node:fs'\n",
    '1 assist/source/organizeImports',
  ],
  ['a circle of imports', "export * from './other.ts'\n", '1 lint/suspicious/noImportCycles'],
  ['the name of the built file', "import './other.js'\n", '1 lint/correctness/useImportExtensions'],
  [
    'a package that is not declared',
    "import 'tap'\n",
    '1 lint/correctness/noUndeclaredDependencies',
  ],
  ['a built-in without its scheme', "import 'fs'\n", '1 lint/style/useNodejsImportProtocol'],
  ['a promise nobody waits for', `${promise}later()\n`, '2 lint/nursery/noFloatingPromises'],
  ['a promise as a condition', `${promise}if (later()) ;\n`, '2 lint/nursery/noMisusedPromises'],
  [
    'a switch that forgets a case',
    "export function a(b: 'x' | 'y'): void {\n  switch (b) {\n    case 'x':\n  }\n}\n",
    '2 lint/nursery/useExhaustiveSwitchCases',
  ],
  ['printing', "console.log('a')\n", '1 lint/suspicious/noConsole'],
  [
    'settings from anywhere but main.ts',
    'export const a = process.env\n',
    '1 lint/style/noProcessEnv',
  ],
  ['any', 'export const a: any = 1\n', '1 lint/suspicious/noExplicitAny'],
  [
    'a function longer than 70 lines',
    `export function a(): void {\n${lines(71, '  a()')}}\n`,
    '1 lint/complexity/noExcessiveLinesPerFunction',
  ],
  [
    'a file longer than 350 lines',
    `let a = 1\n${lines(350, 'a++')}export { a }\n`,
    '1 lint/style/noExcessiveLinesPerFile',
  ],
]

t.test('the settings of Biome refuse', async (t) => {
  for (const [title, text, expected] of FAULTS) {
    await t.test(title, async (t) => {
      const findings = await biome(checkout(t, 'packages/a/src/file.ts', text))
      const found = findings.map(({ file, line, rule }) => `${file}:${line} ${rule}`)
      t.ok(found.includes(`packages/a/src/file.ts:${expected}`), found.join('\n'))
    })
  }
})

t.test('a file name is in kebab-case', async (t) => {
  const findings = await biome(checkout(t, 'packages/a/src/camelCase.ts', 'export {}\n'))
  t.match(findings.map(findingText), [
    'packages/a/src/camelCase.ts:1 lint/style/useFilenamingConvention: The filename should be',
  ])
})

t.test(
  'a function and a file at the limit pass, and so does a long function in a test',
  async (t) => {
    const atLimit = `export function a(): void {\n${lines(70, '  a()')}}\n${lines(277, 'a()')}`
    t.strictSame(await biome(checkout(t, 'packages/a/src/file.ts', atLimit)), [])
    const inTest = `export function a(): void {\n${lines(300, '  a()')}}\n`
    t.strictSame(await biome(checkout(t, 'packages/a/test/file.test.ts', inTest)), [])
  },
)

t.test('a Biome that cannot work is a finding, not silence', async (t) => {
  const root = checkout(t, 'packages/a/src/file.ts', 'export {}\n')
  writeFileSync(join(root, 'biome.json'), '{ "linter": 1 }\n')
  t.match(await biome(root), [{ file: 'package.json', rule: 'biome/failed' }])
})

t.test('errors of the compiler stand where they were made', async (t) => {
  const root = checkout(
    t,
    'packages/a/src/file.ts',
    "export const a = 1\nexport const b: number = 'b'\n",
  )
  t.strictSame((await types(root)).map(findingText), [
    "packages/a/src/file.ts:2 types/TS2322: Type 'string' is not assignable to type 'number'.",
  ])
})

t.test('errors of the compiler without a place are about its settings', async (t) => {
  const root = checkout(t, 'packages/a/src/file.ts', 'export {}\n')
  writeFileSync(join(root, 'tsconfig.json'), '{ "include": ["nowhere"] }\n')
  t.match(await types(root), [{ file: 'tsconfig.json', line: 1, rule: 'types/TS18003' }])
})
