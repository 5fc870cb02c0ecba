import type { Progress } from './progress.ts'

export interface GroupOptions {
  /** A smoke run: the figures mean nothing. */
  readonly quick: boolean
  /** Undefined: as many as the group finds right. */
  readonly rounds: number | undefined
  readonly progress: Progress
  /** Says in one line what could not be measured. */
  readonly say: (line: string) => void
}
