import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface TestFile {
  /** Path from the root of the repository: the name in the report. */
  readonly name: string
  readonly root: string
  readonly nodeArgs: readonly string[]
  /** Milliseconds, unless the file says otherwise with `t.setTimeout`. */
  readonly timeoutMs: number
  readonly env: NodeJS.ProcessEnv
}

/** How long a file whose time is over may say itself which test was running, and then what keeps it alive. */
const LAST_WORDS_MS = 500
/** How long the rest of a report may take after the end of its process, however busy the machine is. */
const REST_MS = 2000

/**
 * Runs one test file, which is a program that reports in TAP, and returns its report as a subtest of a larger one. tap's
 * own runner adds two loaders, also to every program that a test starts, and they read each module a second time: a fifth of the
 * time that a test of the issuer takes.
 * @param number of its line in the larger report
 */
export async function runTestFile(number: number, file: TestFile): Promise<string> {
  const began = performance.now()
  const child = spawn(process.execPath, [...file.nodeArgs, file.name], {
    cwd: file.root,
    env: {
      ...file.env,
      TAP: '1',
      TAP_CHILD_ID: `${number}`,
      TAP_OMIT_VERSION: '1',
      TAP_TIMEOUT: `${file.timeoutMs / 1000}`,
    },
    // tap tells over the last one how much time a file asks for.
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const stopLimit = limitTime(child, file.timeoutMs)
  let report = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    report += text
  })
  child.once('exit', () => {
    stopLimit()
    // A program that the file has left behind may hold the other end for ever.
    setTimeout(() => child.stdout?.destroy(), REST_MS).unref()
  })
  const [exitCode, signal] = await once(child, 'close')
  const outcome = { name: file.name, exitCode, signal, ms: performance.now() - began }
  return subtest(number, report, outcome)
}

/** Ends a process that has not ended itself when its time is over: first so that tap can report, then for certain. */
function limitTime(child: ReturnType<typeof spawn>, timeoutMs: number): () => void {
  let timer: NodeJS.Timeout | undefined
  const endAfter = (ms: number) => {
    clearTimeout(timer)
    timer = setTimeout(end, ms + LAST_WORDS_MS)
  }
  function end(): void {
    child.kill('SIGALRM')
    timer = setTimeout(() => child.kill('SIGKILL'), LAST_WORDS_MS)
  }
  endAfter(timeoutMs)
  child.on('message', (message) => {
    const asked = (message as { setTimeout?: unknown } | null)?.setTimeout
    if (typeof asked === 'number') endAfter(asked)
  })
  return () => clearTimeout(timer)
}

interface Outcome {
  readonly name: string
  readonly exitCode: number | null
  readonly signal: string | null
  readonly ms: number
}

function subtest(number: number, report: string, { name, exitCode, signal, ms }: Outcome): string {
  const isEmpty = !/^(?:not )?ok\b/m.test(report)
  const inner = isEmpty ? `${report}\n1..0 # no tests found` : report
  const indented = inner.trim().replace(/^(?=.)/gm, '    ')
  const point = `${number} - ${name}`
  const time = `# time=${ms.toFixed(0)}ms`
  const lines = [`# Subtest: ${name}`, indented]
  if (exitCode !== 0) {
    lines.push(`not ok ${point} ${time}`, '  ---', `  exitCode: ${exitCode}`)
    lines.push(`  signal: ${signal}`, '  ...')
  } else lines.push(isEmpty ? `ok ${point} # SKIP no tests found` : `ok ${point} ${time}`)
  return `${lines.join('\n')}\n`
}
