/** Prints steps as they happen, with their time, and remembers whether all of them held. */

export interface Story {
  /** Runs one step; what it returns is printed behind its name. A step that throws is printed and the story goes on. */
  step(name: string, work: () => Promise<string>): Promise<void>
  /** How many steps did not hold. */
  readonly failed: number
}

/** The longest name; with it and the time, 23 columns of 80 are left for the outcome. */
const NAME_COLUMNS = 44

export function story(print: (line: string) => void): Story {
  let failed = 0
  return {
    get failed() {
      return failed
    },
    step: async (name, work) => {
      const from = performance.now()
      const time = () => `${(performance.now() - from).toFixed(0).padStart(5)} ms`
      try {
        const outcome = await work()
        print(`${time()}  ✓ ${name.padEnd(NAME_COLUMNS)} ${outcome}`)
      } catch (error) {
        failed += 1
        print(`${time()}  ✗ ${name}`)
        print(`            ${error instanceof Error ? error.message : String(error)}`)
      }
    },
  }
}

/** A step does not hold when this is false. */
export function expect(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what)
}
