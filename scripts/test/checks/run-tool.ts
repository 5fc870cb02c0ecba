/** Prints the findings of one tool about one folder as JSON: run-tool.ts biome|types FOLDER */
import { biome, types } from '../../checks/tools.ts'

const [tool, root = ''] = process.argv.slice(2)
const findings = await (tool === 'biome' ? biome(root) : types(root))
process.stdout.write(`${JSON.stringify(findings)}\n`)
