import { CliError } from '../cli-error.ts'
import { type Context, command } from '../command.ts'
import { findTarget, requireTarget, type Target } from '../credentials.ts'
import { examineAddress, joined } from '../doctor/examine-address.ts'
import { examineHere, type HereSeen } from '../doctor/examine-here.ts'
import { examineIssuer, type IssuerSeen } from '../doctor/examine-issuer.ts'
import { feedLines } from '../doctor/feed-lines.ts'
import { type Examined, found, NOTHING } from '../doctor/finding.ts'
import { checkLines, findingLines, gravestFirst, textsOf } from '../doctor/print-findings.ts'
import { DOCTOR, DOCTOR_FAULTS, DOCTOR_HELP } from '../messages/doctor.ts'
import { configOption } from '../options.ts'

export const doctor = command({
  name: 'doctor',
  help: DOCTOR_HELP.run,
  options: { config: configOption },
  examples: ['latchkey doctor', 'latchkey doctor --json', 'latchkey doctor --data-dir /srv/sso'],
  run: async (context) => {
    const seen = await examineAll(context, context.options.config)
    const findings = gravestFirst(seen.findings)
    if (context.common.json) {
      context.printJson({
        ...(seen.issuer !== undefined && { issuer: seen.issuer }),
        ...seen.running?.facts,
        checks: seen.checks,
        findings: findings.map((one) => ({ ...one, ...textsOf(one, context) })),
      })
    } else {
      const { say, print } = context
      if (seen.running) for (const line of feedLines(seen.running.facts, context)) print(line)
      print(say(DOCTOR.checks))
      for (const line of [...checkLines(seen.checks), '', ...findingLines(findings, context)]) {
        print(line)
      }
      if (findings.length === 0) print(say(DOCTOR.fine))
    }
    const count = findings.filter(({ severity }) => severity !== 'note').length
    if (count > 0) throw new CliError(DOCTOR_FAULTS.findings, { count })
  },
})

interface Seen extends Examined {
  readonly issuer: string | undefined
  /** Absent: no issuer answered. */
  readonly running: IssuerSeen | undefined
}

async function examineAll(context: Context, file: string | undefined): Promise<Seen> {
  const { now } = context.terminal
  const target = findTarget(context)
  const running = target && (await examineRunning(target, context))
  if (running?.kind === 'up') {
    const { issuer } = running.target
    const { pass } = running.seen
    const all = joined(running.seen, await examineAddress({ issuer, pass, now }))
    return { ...all, issuer, running: running.seen }
  }
  const here = await examineUnlessOther(target, context, file)
  const issuer = target?.issuer ?? here.issuer
  // Nothing is known of any issuer: the error says how to name one.
  if (issuer === undefined && here.findings.length === 0) requireTarget(context)
  const why = running?.why ?? NOTHING
  const address =
    issuer === undefined ? NOTHING : await examineAddress({ issuer, pass: undefined, now })
  const unasked = found([[target === undefined, 'issuer-unasked', 'warning']])
  const all = joined(joined(why, here), address)
  return { ...all, findings: [...unasked, ...all.findings], issuer, running: undefined }
}

/** Settings of another issuer say nothing of the one that does not answer. */
async function examineUnlessOther(
  target: Target | undefined,
  context: Context,
  file: string | undefined,
): Promise<HereSeen> {
  const here = await examineHere(context, file)
  const isSame = here.issuer === undefined || here.issuer === (target?.issuer ?? here.issuer)
  return isSame ? here : { ...NOTHING, issuer: undefined }
}

type Running =
  | { readonly kind: 'up'; readonly target: Target; readonly seen: IssuerSeen; why?: never }
  | { readonly kind: 'down'; readonly why: Examined }

/** One that does not answer is a finding. One that refuses the credentials is not: with others it may be well. */
async function examineRunning(target: Target, context: Context): Promise<Running> {
  try {
    return { kind: 'up', target, seen: await examineIssuer(target, context) }
  } catch (error) {
    if (!(error instanceof CliError) || error.fault.exit === 'denied') throw error
    const why = context.say(error.fault, error.params)
    return {
      kind: 'down',
      why: { checks: [], findings: found([[true, 'issuer-silent', 'error', { why }]]) },
    }
  }
}
