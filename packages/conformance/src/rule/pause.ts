import { setTimeout } from 'node:timers/promises'

/** Lets so many seconds pass: for rules about time, which nothing but time can show. */
export async function pause(seconds: number): Promise<void> {
  await setTimeout(seconds * 1000)
}
