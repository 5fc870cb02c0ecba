import { InputError } from '@latchkey/protocol'

export interface Fault {
  /** File, line and column and the name of the setting, or the environment variable. */
  readonly at: string
  /** Stable, kebab-case. */
  readonly code: string
  /** Never a secret. */
  readonly received: string
  readonly expected: string
}

export type Report = (fault: Fault) => void

/**
 * Everything that is wrong with the settings, at once: one line each with place, expectation, what was received and a
 * stable code. The message is fit to be shown as it is.
 */
export class SettingsError extends Error {
  readonly faults: readonly InputError[]

  constructor(faults: readonly Fault[]) {
    const errors = faults
      .toSorted(byPlace)
      .map(
        ({ at, code, received, expected }) =>
          new InputError(code, { received, expected, where: at }),
      )
    super(errors.map((error) => error.message).join('\n'))
    this.name = 'SettingsError'
    this.faults = errors
  }
}

/** In the order of the file, then what does not stand in it. */
function byPlace(one: Fault, other: Fault): number {
  const [oneLine, oneColumn] = place(one)
  const [otherLine, otherColumn] = place(other)
  // Subtracting would give NaN for two that stand nowhere.
  if (oneLine === otherLine) return oneColumn - otherColumn
  return oneLine < otherLine ? -1 : 1
}

function place({ at }: Fault): [line: number, column: number] {
  const [, line, column] = /^\S+:(\d+):(\d+)/.exec(at) ?? []
  return line === undefined ? [Number.POSITIVE_INFINITY, 0] : [Number(line), Number(column)]
}
