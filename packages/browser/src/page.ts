/** What the modules need of a page: the seam where tests put their own. In a browser it is `globalThis`. */
export interface Page {
  fetch(
    url: string,
    init: {
      method?: string
      headers?: Record<string, string>
      credentials?: 'same-origin' | 'omit'
    },
  ): Promise<{ readonly status: number; json(): Promise<unknown> }>
  readonly WebSocket: new (url: string, protocols: string[]) => PageSocket
  readonly document: {
    readonly visibilityState: string
    addEventListener(type: 'visibilitychange', listener: () => void): void
    removeEventListener(type: 'visibilitychange', listener: () => void): void
  }
  setTimeout(task: () => void, ms: number): unknown
  clearTimeout(timer: unknown): void
  readonly Math: { random(): number }
}

/** The part of a WebSocket that is used here. */
export interface PageSocket {
  onmessage: ((event: { readonly data: unknown }) => void) | null
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null
  close(): void
}
