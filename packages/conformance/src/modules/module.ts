/** Plans of the OpenID Foundation's conformance suite whose modules are named here. */
const PLANS = [
  'oidcc-basic-certification-test-plan',
  'oidcc-config-certification-test-plan',
  'oidcc-rp-initiated-logout-certification-test-plan',
  'oidcc-backchannel-rp-initiated-logout-certification-test-plan',
  'fapi2-security-profile-final-test-plan',
] as const

/** One module of the suite: the rules which look at the same thing. */
export interface Module {
  /** As the suite calls it. */
  readonly name: string
  readonly plan: (typeof PLANS)[number]
  /** Ids of rules. */
  readonly rules: readonly string[]
}

export function basic(name: string, ...rules: readonly string[]): Module {
  return { name, plan: 'oidcc-basic-certification-test-plan', rules }
}

export function fapi2(name: string, ...rules: readonly string[]): Module {
  return { name, plan: 'fapi2-security-profile-final-test-plan', rules }
}

export function config(name: string, ...rules: readonly string[]): Module {
  return { name, plan: 'oidcc-config-certification-test-plan', rules }
}

export function rpLogout(name: string, ...rules: readonly string[]): Module {
  return { name, plan: 'oidcc-rp-initiated-logout-certification-test-plan', rules }
}

export function backchannel(name: string, ...rules: readonly string[]): Module {
  return { name, plan: 'oidcc-backchannel-rp-initiated-logout-certification-test-plan', rules }
}
