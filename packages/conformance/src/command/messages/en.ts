/** Texts of the command. A line takes at most 80 columns. */
export const EN = {
  help: `Tests an OpenID Provider from outside, rule by rule of its specifications.

Usage: latchkey-conformance --config FILE [OPTIONS]

Options:
  -c, --config FILE   Settings: issuer, user, clients (JSON; see the README)
      --only ID       Only rules whose id begins so; commas or several times
  -v, --verbose       Every rule, also those that passed or were skipped
      --json          Results as JSON on standard output
      --list          All rules, without testing anything
  -h, --help          This text
  -V, --version       The version

Examples:
  latchkey-conformance --config op.json
  latchkey-conformance --config op.json --only token,pkce --verbose
  latchkey-conformance --config op.json --json > results.json
  latchkey-conformance --list

Exit codes:
  0  every MUST that could be tested is kept
  1  at least one MUST is broken
  2  the command line or the settings are wrong; nothing was tried
  3  the issuer cannot be reached, or gives no metadata
`,
  unknownOption: 'Unknown option {value}. See latchkey-conformance --help.',
  valueMissing: 'Option {value} does not fit: see latchkey-conformance --help.',
  configMissing: 'Say which settings to use: --config FILE.',
  argumentUnknown: 'Nothing is done with "{value}". Settings are given by --config FILE.',
  fileUnreadable: '{value} cannot be read: {reason}',
  settingsFault: '{value} cannot be used:',
  noRules: 'No rule has an id that begins with {value}. See --list.',
  passed: 'passed',
  failed: 'failed',
  warning: 'warning',
  skipped: 'skipped',
  received: 'received',
  expected: 'expected',
  modules: 'Modules of the OpenID Foundation',
  summary: '{passed} passed, {failed} failed, {warnings} warnings, {skipped} skipped',
} as const
