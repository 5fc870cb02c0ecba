/** How the caller keeps secrets that must be read again. The key stays with the caller; the directory stores what it gets. */
export interface Sealing {
  /** At most `DIRECTORY_LIMITS.sealedChars` long. */
  seal(text: string): string
  /** What was sealed. Throws when it was altered or the key is another one. */
  open(sealed: string): string
}
