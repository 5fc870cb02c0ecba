/** What opens the probe of the public address: whoever asks there has asked the admin API a moment ago. */
import type { KeyObject } from 'node:crypto'
import type { Clock } from '@latchkey/protocol'
import { carriedFacts } from '../keys/carried-facts.ts'

export interface ProbePasses {
  write(): string
  isGood(text: string | undefined): boolean
}

const SECONDS = 60
/** It says nothing else: that it is good is all. */
const FACTS = 'probe'

export function probePasses(deps: {
  readonly macKey: KeyObject
  readonly clock: Clock
}): ProbePasses {
  const carried = carriedFacts({ ...deps, seconds: SECONDS })
  return {
    write: () => carried.write(FACTS),
    isGood: (text) => carried.read(text) !== undefined,
  }
}
