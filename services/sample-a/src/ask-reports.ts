import { type ServiceCalls, ServiceClientError } from '@latchkey/service-client'

/** What Reports answers, and whom it saw. */
export interface DailyReport {
  readonly orders: number
  readonly pieces: number
  /** ISO time; empty before its job has run. */
  readonly madeAt: string
  readonly for: string
  readonly calledBy: string
}

export type Asked =
  | { readonly kind: 'report'; readonly report: DailyReport }
  /** 401: the person's session is over. 403: no right there. 503: Reports, or the issuer, does not answer. */
  | { readonly kind: 'none'; readonly status: 401 | 403 | 503 }

export async function askReports(reports: ServiceCalls): Promise<Asked> {
  try {
    const answer = await reports.fetch('/reports/daily')
    if (answer.ok) return { kind: 'report', report: (await answer.json()) as DailyReport }
    const { status } = answer
    return { kind: 'none', status: status === 401 || status === 403 ? status : 503 }
  } catch (error) {
    if (!(error instanceof ServiceClientError)) throw error
    // The issuer exchanges no token of a session that has ended since this request was let in.
    return { kind: 'none', status: error.code === 'invalid_request' ? 401 : 503 }
  }
}
