import type { Context } from '../command.ts'
import { readVerifiers } from '../commands/verifiers.ts'
import type { Target } from '../credentials.ts'
import { issuerApi, record } from '../issuer-api.ts'
import type { Params } from '../messages/text.ts'
import { printable } from '../text-width.ts'
import { type FeedFacts, feedFindings } from './feed-findings.ts'
import type { Check, Examined, Finding, Severity } from './finding.ts'

export interface IssuerSeen extends Examined {
  readonly facts: FeedFacts
  readonly pass: string
}

/** What a running issuer says of itself, of what it stands on, and of the feed. Throws CliError when it does not answer. */
export async function examineIssuer(target: Target, context: Context): Promise<IssuerSeen> {
  const api = issuerApi(target, context)
  const doctor = record(await api.get('/admin/v1/doctor'))
  const feed = record(await api.get('/admin/v1/feed'))
  const facts = { feed, ...(await readVerifiers(context)) }
  return {
    facts,
    pass: String(doctor['probe_pass']),
    checks: list(doctor['checks']).map(readCheck),
    findings: [...list(doctor['findings']).map(readFinding), ...feedFindings(facts)],
  }
}

function list(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.map(record) : []
}

function readCheck({ check, milliseconds, facts }: Readonly<Record<string, unknown>>): Check {
  return { check: name(check), milliseconds: Number(milliseconds), facts: params(facts) }
}

function readFinding({ id, severity, facts }: Readonly<Record<string, unknown>>): Finding {
  const known: readonly Severity[] = ['error', 'warning', 'note']
  const isAs = known.find((one) => one === severity) ?? 'error'
  return { id: name(id), severity: isAs, facts: params(facts) }
}

function params(facts: unknown): Params {
  const entries = Object.entries(record(facts))
  return Object.fromEntries(
    entries.map(([key, value]) => [name(key), typeof value === 'number' ? value : name(value)]),
  )
}

function name(value: unknown): string {
  return printable(String(value))
}
