import { type Clock, nowSeconds, type Scheduler } from '@latchkey/protocol'
import type { DocumentStore } from '@latchkey/store'
import { aliveSecondsOf } from './known-verifiers.ts'
import type { Operation } from './operation.ts'

export interface OperationKeeper {
  /** This process works on it from now on: it is what `operation` says. */
  open(id: string, operation: () => Operation): void
  /** Writes what it is now. Resolves when the store has it, or has failed: the end itself stands either way. */
  save(id: string): Promise<void>
  /** Writes what it has become; it will not change any more. */
  close(id: string): Promise<void>
  /** Throws StoreUnavailable when only the store knows. */
  find(id: string): Promise<Operation | undefined>
}

export interface OperationKeeperDeps {
  readonly documents: DocumentStore
  readonly process: string
  readonly leaseMs: number
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly warn: (facts: Record<string, unknown>, message: string) => void
}

const DAY_SECONDS = 86_400
const KIND = 'end'

interface Kept {
  readonly operation: Operation
  readonly writtenAt: number
}

export function operationKeeper(deps: OperationKeeperDeps): OperationKeeper {
  const running = new Map<string, () => Operation>()
  const writing = new Map<string, Promise<void>>()
  const outdated = new Set<string>()

  async function write(operation: Operation): Promise<void> {
    const now = nowSeconds(deps.clock)
    const kept: Kept = { operation, writtenAt: now }
    try {
      const text = JSON.stringify(kept)
      await deps.documents.put(KIND, operation.id, text, now + DAY_SECONDS, now)
    } catch (error) {
      deps.warn({ err: error, operation: operation.id }, 'operation not kept')
    }
  }

  /** One write at a time, or an older state could come last. What changes meanwhile goes with one more. */
  async function writeUntilNew(id: string, operation: () => Operation): Promise<void> {
    do {
      outdated.delete(id)
      await write(operation())
    } while (outdated.has(id))
    writing.delete(id)
  }

  async function save(id: string): Promise<void> {
    const operation = running.get(id)
    if (!operation) return
    outdated.add(id)
    let written = writing.get(id)
    if (!written) {
      written = writeUntilNew(id, operation)
      writing.set(id, written)
    }
    await written
  }

  return {
    open: (id, operation) => void running.set(id, operation),
    save,
    close: async (id) => {
      await save(id)
      running.delete(id)
    },
    find: async (id) => {
      const own = running.get(id)
      if (own) return own()
      const now = nowSeconds(deps.clock)
      const text = await deps.documents.get(KIND, id, now)
      if (text === undefined) return undefined
      const { operation, writtenAt }: Kept = JSON.parse(text)
      const silent = now - writtenAt > aliveSecondsOf(deps.leaseMs)
      if (operation.state === 'running' && silent) return { ...operation, state: 'interrupted' }
      return operation
    },
  }
}
