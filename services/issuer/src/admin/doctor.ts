/** GET /admin/v1/doctor: what is wrong with what this issuer stands on, and a pass to look at its public address. */
import { Type } from 'typebox'
import { type IssuerChecksDeps, issuerChecks } from '../doctor/issuer-checks.ts'
import type { ProbePasses } from '../doctor/probe-pass.ts'
import { runChecks } from '../doctor/run-checks.ts'
import { adminRoute, adminRoutes } from './framework/admin-route.ts'
import { closedObject } from './framework/closed.ts'
import { EVERY_ROLE } from './framework/shipped-roles.ts'

export interface AdminDoctorDeps extends IssuerChecksDeps {
  readonly probePasses: Pick<ProbePasses, 'write'>
}

const Facts = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]))
const Doctor = closedObject(
  {
    issuer: Type.String(),
    checks: Type.Array(
      closedObject({ check: Type.String(), milliseconds: Type.Number(), facts: Facts }),
    ),
    findings: Type.Array(
      closedObject({
        id: Type.String(),
        severity: Type.Enum(['error', 'warning', 'note']),
        facts: Facts,
      }),
    ),
    probe_pass: Type.String(),
  },
  'Doctor',
)

export function adminDoctor(deps: AdminDoctorDeps) {
  const checks = issuerChecks(deps)
  return adminRoutes(
    adminRoute({
      method: 'GET',
      path: '/doctor',
      summary: 'Looks for what is wrong with store, directory, keys, clients and this process',
      roles: EVERY_ROLE,
      answers: { 200: Doctor },
      handle: async () => ({
        issuer: deps.issuer,
        ...(await runChecks(checks)),
        probe_pass: deps.probePasses.write(),
      }),
    }),
  )
}
