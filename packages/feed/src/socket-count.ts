/** Counts sockets that are still held, so that closing can wait for the last one. */
export function socketCount() {
  let open = 0
  const waiting: (() => void)[] = []
  return {
    opened: () => {
      open += 1
    },
    closed: () => {
      open -= 1
      if (open === 0) for (const resolve of waiting.splice(0)) resolve()
    },
    /** Resolves when none is held. */
    allClosed: (): Promise<void> =>
      open === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)),
  }
}
