/** One direction between two machines, and what is wrong with it. */
import type { Chance } from '../chance.ts'
import type { World } from '../time/world.ts'

export interface Lane {
  readonly isBlocked: boolean
  /** Nothing comes through. What is sent waits, as TCP sends it again. */
  block(): void
  /** Each packet takes up to so long. */
  slow(mostMs: number): void
  /** Somebody in between damages this share of the frames. */
  tamper(share: number): void
  heal(): void
  delayMs(): number
  tampered(): boolean
  onHeal(listener: () => void): () => void
}

const HEALTHY_MS = [0.125, 4] as const

export function lane(world: World, chance: Chance): Lane {
  const listeners = new Set<() => void>()
  let isBlocked = false
  let slowMs = 0
  let share = 0
  const delayMs = () => chance.ms(HEALTHY_MS[0], HEALTHY_MS[1]) + chance.ms(0, slowMs)
  return {
    get isBlocked() {
      return isBlocked
    },
    block: () => {
      isBlocked = true
    },
    slow: (mostMs) => {
      slowMs = mostMs
    },
    tamper: (ofFrames) => {
      share = ofFrames
    },
    heal: () => {
      isBlocked = false
      slowMs = 0
      share = 0
      for (const listener of listeners) world.after(delayMs(), listener)
    },
    delayMs,
    tampered: () => share > 0 && chance.happens(share),
    onHeal: (listener) => {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
  }
}
