/** Small JSON texts that several issuer processes read, such as the state of an operation. The last one who writes wins. */
export interface DocumentStore {
  /** Keeps the text until the second `expiresAt`. Throws InputError `document-size` above 256 KiB. */
  put(kind: string, id: string, text: string, expiresAt: number, now: number): Promise<void>
  get(kind: string, id: string, now: number): Promise<string | undefined>
}
