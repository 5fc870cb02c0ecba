import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Finding } from './finding.ts'

interface BiomeReport {
  readonly diagnostics: readonly {
    readonly severity: string
    readonly message: string
    readonly category: string
    readonly location: { readonly path: string | null; readonly start?: { readonly line: number } }
  }[]
}

/** Format and lint, as biome.json says. `npm run format` repairs most of it. */
export async function biome(root: string): Promise<Finding[]> {
  const args = ['check', '--reporter=json', '--max-diagnostics=none', '.']
  const { exitCode, stdout, stderr } = await run(root, 'biome', args)
  const start = stdout.indexOf('{')
  if (start < 0) return [toolFailure('biome', exitCode, stdout + stderr)]
  const report: BiomeReport = JSON.parse(stdout.slice(start))
  const findings = report.diagnostics
    .filter(({ severity }) => ['fatal', 'error', 'warning'].includes(severity))
    .map(({ location, category, message }) => ({
      file: location.path ?? 'biome.json',
      line: location.start?.line || 1,
      rule: category,
      found: category === 'format' ? 'not formatted; npm run format does it' : message,
    }))
  return exitCode !== 0 && findings.length === 0
    ? [toolFailure('biome', exitCode, stdout + stderr)]
    : findings
}

/** Types of the whole repository, tests and scripts included. */
export async function types(root: string): Promise<Finding[]> {
  const { exitCode, stdout, stderr } = await run(root, 'tsc', [
    '-p',
    'tsconfig.json',
    '--pretty',
    'false',
  ])
  const findings = [...stdout.matchAll(/^(?:(.+?)\((\d+),\d+\): )?error (TS\d+): (.+)$/gm)].map(
    // Without a place it is about the settings.
    ([, file = 'tsconfig.json', line = '1', code = '', message = '']) => ({
      file,
      line: Number(line),
      rule: `types/${code}`,
      found: message,
    }),
  )
  return exitCode !== 0 && findings.length === 0
    ? [toolFailure('tsc', exitCode, stdout + stderr)]
    : findings
}

/** A tool that could not do its work must not look like one that found nothing. */
function toolFailure(tool: string, exitCode: number | null, output: string): Finding {
  const found = `${tool} ended with ${exitCode}: ${output.trim().slice(0, 500)}`
  return { file: 'package.json', line: 1, rule: `${tool}/failed`, found, expected: 'a report' }
}

interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

function run(root: string, command: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'node_modules', '.bin', command), ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.setEncoding('utf8').on('data', (chunk) => {
      stderr += chunk
    })
    child.on('error', reject)
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }))
  })
}
