/** How the command ends; the help lists the same rows. */
export const EXIT = {
  /** Every MUST that could be tested is kept. */
  ok: 0,
  /** At least one MUST is broken. */
  broken: 1,
  /** The command line or the settings are wrong; nothing was tried. */
  usage: 2,
  /** The issuer cannot be reached, or gives no metadata. */
  unusable: 3,
} as const
