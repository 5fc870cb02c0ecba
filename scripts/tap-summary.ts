/**
 * Reads what tap reports, prints failures as they come and a line for each file, and counts tests rather than
 * assertions. A test, be it a file or a subtest, counts once if it asserts something itself or has no subtests; groups
 * do not count. A file that ends without having run any test counts as failed, which tap lets pass.
 */
import { Parser, type Result } from 'tap-parser'
import { failureText } from './tap-failure.ts'
import { TapFiles } from './tap-files.ts'

export interface Counts {
  passed: number
  failed: number
  skipped: number
}

export interface TapSummary {
  /** Takes tap's standard output. */
  readonly input: Parser
  /** To be called after the end of tap with its exit code. */
  finish(exitCode: number | null): Counts
}

/** One file or subtest while it runs. */
interface Running {
  readonly name: string
  readonly parent: Running | undefined
  assertions: number
  failures: number
  /** Subtests, skipped ones included. */
  subtests: number
  failedBelow: boolean
}

/** @param print takes whole lines */
export function tapSummary(print: (text: string) => void): TapSummary {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 }
  const input = new Parser()
  const all = running('', undefined)
  const files = new TapFiles(input)
  follow(input, all)
  // Whatever a test writes to its standard output arrives here too.
  input.on('extra', (text: string) => text.trim() && print(text.trimEnd()))
  input.on('bailout', (reason: string) => fail(all, `tests stopped: ${reason}`))
  return { input, finish }

  function follow(parser: Parser, test: Running): void {
    let latest: Running | undefined
    parser.on('child', (child: Parser) => {
      latest = running(child.name, test)
      test.subtests++
      follow(child, latest)
    })
    parser.on('assert', (result: Result) => {
      if (result.closingTestPoint && latest !== undefined) {
        settle(latest, result)
        latest = undefined
      } else if (test === all) outsideFiles(result)
      else assertion(test, result)
    })
  }

  function assertion(test: Running, result: Result): void {
    if (result.skip || result.todo) {
      test.subtests++
      counts.skipped++
      return
    }
    test.assertions++
    if (result.ok) return
    test.failures++
    const path = pathOf(test)
    if (result.diag?.expired !== undefined) files.lateBySelf(path[0] ?? '')
    print(failureText([...path, result.name], result.diag))
  }

  /** tap's own word about a file, such as one that ran out of time. */
  function outsideFiles(result: Result): void {
    const { expired } = result.diag ?? {}
    const path = typeof expired === 'string' ? [expired, result.name] : [result.name]
    if (typeof expired === 'string' && !files.late(expired)) return
    if (!result.ok) fail(all, failureText(path, result.diag))
    else if (result.skip || result.todo) counts.skipped++
  }

  /** The test is over; `result` is the line of its parent about it. */
  function settle(test: Running, result: Result): void {
    const path = pathOf(test)
    const empty = test.assertions === 0 && test.subtests === 0
    const skipped = result.todo || (result.skip && result.skip !== 'no tests found')
    if (test.failures > 0) fail(test)
    else if (empty && result.ok && skipped) counts.skipped++
    else if (empty && result.skip) fail(test, failureText([...path, 'no test in it'], undefined))
    else if (!result.ok && !test.failedBelow) fail(test, failureText(path, result.diag))
    else if (test.assertions > 0 || test.subtests === 0) counts.passed++
    if (test.parent !== all) return
    files.reported(test.name)
    const ok = test.failedBelow ? 'not ok' : 'ok'
    print(`${ok} ${test.name} (${Math.round(result.time ?? 0)} ms)`)
  }

  function fail(test: Running, text?: string): void {
    counts.failed++
    if (text !== undefined) print(text)
    for (let at: Running | undefined = test; at; at = at.parent) at.failedBelow = true
  }

  function finish(exitCode: number | null): Counts {
    const lost = files.lost()
    if (lost !== undefined) fail(all, lost)
    if (counts.passed + counts.failed === 0) fail(all, 'not ok - no test ran')
    else if (exitCode !== 0 && counts.failed === 0) {
      const how = exitCode === null ? 'a signal' : `exit code ${exitCode}`
      fail(all, `not ok - tap ended with ${how}`)
    }
    return counts
  }
}

function running(name: string, parent: Running | undefined): Running {
  return { name, parent, assertions: 0, failures: 0, subtests: 0, failedBelow: false }
}

/** File, suite, test: without the nameless root. */
function pathOf(test: Running): string[] {
  return test.parent === undefined ? [] : [...pathOf(test.parent), test.name]
}
