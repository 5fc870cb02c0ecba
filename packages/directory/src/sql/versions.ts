/** How an engine notices that something was written. See `Sql.version` for what the number promises. */
export interface Versions {
  /** @param lagMs for so long an earlier look may serve once more */
  now(lagMs: number): number | undefined | Promise<number>
  /** This process has written, or has tried to: no earlier look serves any more. */
  wrote(): void
}
