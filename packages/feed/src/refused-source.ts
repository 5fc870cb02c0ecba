import type { FindRefused } from './feed.ts'

/** Who answers questions about refused requests, over all connections; nobody knows one until somebody does. */
export function refusedSource() {
  let source: FindRefused = () => []
  return {
    find: (request: string) => source(request),
    from: (find: FindRefused): void => {
      source = find
    },
  }
}
