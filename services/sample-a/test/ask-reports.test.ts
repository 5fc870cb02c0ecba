import { ServiceClientError } from '@latchkey/service-client'
import t from 'tap'
import { askReports } from '../src/ask-reports.ts'

const report = { orders: 2, pieces: 5, madeAt: '', for: 'u_rita', calledBy: 'svc:orders' }
const answers = (status: number) => ({ fetch: async () => Response.json(report, { status }) })
const fails = (error: Error) => ({ fetch: () => Promise.reject(error) })

t.test('whatever Reports or the issuer says, there is something to show', async (t) => {
  t.strictSame(await askReports(answers(200)), { kind: 'report', report })
  const rows = [
    [answers(403), 403, 'no right at Reports'],
    [answers(401), 401, 'the session has ended'],
    [answers(500), 503, 'Reports is broken'],
    [answers(503), 503, 'Reports has no lease'],
    [fails(new ServiceClientError('invalid_request', 'token exchange')), 401, 'ended meanwhile'],
    [fails(new ServiceClientError('unreachable', 'reports')), 503, 'Reports is away'],
    [fails(new ServiceClientError('timeout', 'issuer')), 503, 'the issuer hangs'],
  ] as const
  for (const [reports, status, why] of rows) {
    t.strictSame(await askReports(reports), { kind: 'none', status }, why)
  }
  await t.rejects(askReports(fails(new TypeError('a bug'))), TypeError, 'but a bug is a bug')
})
