import type { GroupOptions } from './group.ts'

export interface RoundsPlan {
  /** What is measured, for the progress display. */
  readonly what: string
  readonly usual: number
  readonly quick: number
  /** Rounds before those that count: compiling, filling caches. */
  readonly warmUp: number
  /** On a busy machine a round takes longer; after so long the rounds so far have to do. */
  readonly budgetMs: number
}

/** Medians of fewer would mean nothing, however long they take. */
const LEAST_ROUNDS = 5

/** Plays round after round; `counts` is false while warming up. A number of rounds that was asked for is played in any case. */
export async function playRounds(
  plan: RoundsPlan,
  { quick, rounds: wanted, progress }: GroupOptions,
  play: (counts: boolean) => Promise<void>,
): Promise<void> {
  const rounds = wanted ?? (quick ? plan.quick : plan.usual)
  const over = performance.now() + plan.budgetMs
  // Figures of a smoke run mean nothing, warm or cold.
  const warmUp = quick ? 0 : plan.warmUp
  for (let round = -warmUp; round < rounds; round++) {
    const late = wanted === undefined && performance.now() > over
    if (late && round >= LEAST_ROUNDS) return
    progress(plan.what, Math.max(0, round), rounds)
    await play(round >= 0)
  }
}
