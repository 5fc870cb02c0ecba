/** The whole answer to a question about a request, whoever has made its checks. */
import type { AccessTokenClaims } from '@latchkey/protocol'
import {
  type Check,
  type CheckName,
  type Decision,
  decisionOf,
  passed,
  unknown,
} from './explanation.ts'
import type { RoutedCheck } from './route-check.ts'
import type { ProvenToken } from './token-checks.ts'

export interface Explanation extends Decision {
  readonly route?: string
  /** Of a token whose signature is good. */
  readonly token?: AccessTokenClaims
  readonly kid?: string
  readonly checks: readonly Check[]
}

const OF_THE_TOKEN: readonly CheckName[] = ['ended', 'current', 'binding', 'right']

/** The checks behind those of the token itself, when nothing that it says may be believed. */
export const NOTHING_PROVEN: readonly Check[] = OF_THE_TOKEN.map((check) => ({
  check,
  outcome: 'not_reached',
}))

/** @param proven absent: nothing of the token is told */
export function explanationOf(
  { route }: RoutedCheck,
  checks: readonly Check[],
  proven?: ProvenToken,
): Explanation {
  return {
    ...(route && { route: `${route.method} ${route.pattern}` }),
    ...(proven && { token: proven.claims, kid: proven.kid }),
    ...decisionOf(checks),
    checks,
  }
}

/** Only who holds the key can prove it, with each request anew. */
export function bindingCheck({ cnf }: AccessTokenClaims): Check {
  return cnf === undefined ? passed('binding') : unknown('binding', 'proof_needed')
}

/** As it goes over the wire. */
export function describeExplanation(service: string, explanation: Explanation) {
  const { token, kid, decidedBy, ...rest } = explanation
  return {
    service,
    ...rest,
    decided_by: decidedBy,
    ...(token && {
      token: {
        jti: token.jti,
        sub: token.sub,
        client_id: token.client_id,
        ...(token.sid !== undefined && { sid: token.sid }),
        ...(kid !== undefined && { kid }),
        iat: token.iat,
        exp: token.exp,
      },
    }),
  }
}
