import { spawn } from 'node:child_process'

/** Of a failed command the beginning and the end are shown: npm gives the reason first, apt last. */
const SHOWN_LINES = 12

/**
 * Runs a command, showing one dot each second; its own output appears only when it fails. Rejects with one line.
 * @param {string} what shown to the user: "installing dependencies"
 * @param {string} command
 * @param {string[]} firstArgs
 * @param {{ args: string[], cwd?: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<void>}
 */
export function runVisibly(what, command, firstArgs, options) {
  process.stderr.write(`bootstrap: ${what} `)
  const startedMs = performance.now()
  const dots = setInterval(() => process.stderr.write('.'), 1000)
  let output = ''
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...firstArgs, ...options.args], {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // npm is a batch file there.
      shell: process.platform === 'win32',
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk
      })
    }
    child.on('error', (error) => {
      clearInterval(dots)
      process.stderr.write('\n')
      reject(new Error(`${what}: ${error.message}`))
    })
    child.on('close', (code, signal) => {
      clearInterval(dots)
      if (code === 0) {
        process.stderr.write(` ${((performance.now() - startedMs) / 1000).toFixed(1)} s\n`)
        resolve()
        return
      }
      process.stderr.write(`\n${shortened(output)}\n`)
      const line = [command, ...firstArgs, ...options.args].join(' ')
      reject(new Error(`${what} failed: "${line}" ended with ${signal ?? `exit code ${code}`}`))
    })
  })
}

/** @param {string} output */
function shortened(output) {
  const lines = output.trimEnd().split('\n')
  if (lines.length > 2 * SHOWN_LINES) {
    lines.splice(SHOWN_LINES, lines.length - 2 * SHOWN_LINES, `… ${lines.length} lines …`)
  }
  return lines.join('\n')
}
