import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Every package within `node_modules` that a path lies in, nested ones too. */
const PACKAGE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/

/** The licences of bundled packages, which have to go wherever their code goes. Throws when a package brings none. */
export function writeLicences(root: string, inputs: readonly string[], file: string): void {
  const folders = new Set(inputs.flatMap((input) => PACKAGE.exec(input)?.[0] ?? []))
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(
      readFileSync(join(root, folder, 'package.json'), 'utf8'),
    )
    const found = readdirSync(join(root, folder)).find((one) => /^licen[cs]e/i.test(one))
    if (found === undefined && license === undefined) throw new Error(`${folder} has no licence`)
    const text = found === undefined ? '' : readFileSync(join(root, folder, found), 'utf8')
    return `${name} ${version} (${license})\n\n${text.trim()}\n`
  })
  writeFileSync(file, texts.join(`\n${'-'.repeat(80)}\n\n`))
}
