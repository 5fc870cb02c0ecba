/** Stands in for `async-hook-domain`, as far as tap uses it. */
export class Domain {
  readonly onerror: (error: unknown, type: string) => void
  constructor(onerror: Domain['onerror']) {
    this.onerror = onerror
  }
  destroy(): void {}
}
