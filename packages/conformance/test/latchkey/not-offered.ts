/** Rules that find nothing to test at Latchkey, with the reason. */
export const NOT_OFFERED: Readonly<Record<string, string>> = {
  'jar.not-supported': 'it supports request objects',
  'par.expired': 'pushed requests live 300 s: tested with a faster clock instead',
}
