import type { Parser } from 'tap-parser'

/**
 * Which of the files that tap meant to run have reported. When one runs out of time, tap says so a second time of its
 * own, and ends without the report of a file that ran beside it.
 */
export class TapFiles {
  #planned = 0
  readonly #reported = new Set<string>()
  /** Files that could still say themselves that their time was over. */
  readonly #lateBySelf = new Set<string>()
  #anyLate = false

  constructor(input: Parser) {
    input.on('plan', ({ end }: { end: number }) => {
      this.#planned = end
    })
  }

  reported(file: string): void {
    this.#reported.add(file)
  }

  /** A test of `file` failed because time was over. */
  lateBySelf(file: string): void {
    this.#lateBySelf.add(file)
  }

  /** tap says that `file` ran out of time. @returns whether this is news */
  late(file: string): boolean {
    this.#anyLate = true
    this.#reported.add(file)
    return !this.#lateBySelf.has(file)
  }

  /** Failure to print when reports were lost. */
  lost(): string | undefined {
    const lost = this.#planned - this.#reported.size
    if (!this.#anyLate || lost <= 0) return
    return `not ok - ${lost} of ${this.#planned} files left no report`
  }
}
