/** How the command ends; the help lists the same rows. */
export const EXIT = {
  /** Done, or the token is good. */
  ok: 0,
  /** Refused or not found; the token is not good. */
  failed: 1,
  /** The command line or the settings are wrong; nothing was tried. */
  usage: 2,
  /** The issuer cannot be reached or is not ready: trying again makes sense. */
  unavailable: 3,
  /** The credentials of the command are refused. */
  denied: 4,
  /** Done, and there are differences: what was compared is not the same. */
  different: 5,
} as const

export type Exit = keyof typeof EXIT
