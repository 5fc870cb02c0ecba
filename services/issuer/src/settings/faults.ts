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
    const errors = faults.map(
      ({ at, code, received, expected }) => new InputError(code, { received, expected, where: at }),
    )
    super(errors.map((error) => error.message).join('\n'))
    this.name = 'SettingsError'
    this.faults = errors
  }
}
