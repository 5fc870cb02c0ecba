import { type Examined, type Facts, type Finding, finding } from './finding.ts'

/** One thing that is looked at; by its name in lists. */
export type Checks = Readonly<Record<string, () => Promise<Examined>>>

export interface CheckResult {
  readonly check: string
  readonly milliseconds: number
  readonly facts: Facts
}

export interface DoctorAnswer {
  readonly checks: readonly CheckResult[]
  readonly findings: readonly Finding[]
}

/** No part that is well takes a tenth of this. */
const DEADLINE_MS = 3000

/**
 * Runs all of them at once. One that fails or is not done after `deadlineMs` is a finding: a doctor who waits for the patient helps
 * nobody.
 */
export async function runChecks(checks: Checks, deadlineMs = DEADLINE_MS): Promise<DoctorAnswer> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([check, run]) => {
      const begun = performance.now()
      const { facts, findings } = await within(check, run, deadlineMs)
      const milliseconds = Math.round((performance.now() - begun) * 10) / 10
      return { result: { check, milliseconds, facts }, findings }
    }),
  )
  return {
    checks: results.map(({ result }) => result),
    findings: results.flatMap(({ findings }) => findings),
  }
}

async function within(
  check: string,
  run: () => Promise<Examined>,
  deadlineMs: number,
): Promise<Examined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Examined>((resolve) => {
    const facts = { check, seconds: deadlineMs / 1000 }
    timer = setTimeout(resolve, deadlineMs, {
      facts: {},
      findings: [finding('check-late', facts)],
    })
  })
  try {
    return await Promise.race([run(), late])
  } catch (error) {
    return { facts: {}, findings: [finding('check-failed', { check, why: reasonOf(error) })] }
  } finally {
    clearTimeout(timer)
  }
}

/** The message of our own errors, and of the system the code: what drivers write may hold an address with a password. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'error'
  if (error.name === 'StoreUnavailable' || error.name === 'InputError') return error.message
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
