import type { User } from '@latchkey/directory'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CODE_STATUS, type CodeError } from '../pages/code-page.ts'
import { oneTimeCodePage } from '../pages/one-time-code-page.ts'
import { pageHeaders } from '../pages/page-headers.ts'
import type { PageLocale } from '../pages/page-locale.ts'
import { base32, enrolmentAddress } from '../people/enrolment-address.ts'
import type { Csrf } from '../sessions/csrf.ts'
import { ONE_TIME_CODE_PATH } from './account-errand.ts'
import type { PendingSecrets } from './pending-secrets.ts'

export interface OneTimeCodePageDeps {
  readonly issuer: string
  readonly csrf: Csrf
  readonly pending: PendingSecrets
  readonly locale: PageLocale
}

export interface OneTimeCodePageFacts {
  readonly user: User
  readonly sid: string
  /** To be switched on: in the clear, and as the form carries it. Absent: the codes are on, and may be switched off. */
  readonly offered?: { readonly secret: Buffer; readonly sealed: string }
  readonly error?: CodeError
}

export function sendOneTimeCodePage(
  request: FastifyRequest,
  reply: FastifyReply,
  { user, sid, offered, error }: OneTimeCodePageFacts,
  deps: OneTimeCodePageDeps,
): FastifyReply {
  const { issuer } = deps
  if (error?.kind === 'throttled') reply.header('retry-after', String(error.retryAfterSeconds))
  return reply
    .code(error === undefined ? 200 : CODE_STATUS[error.kind])
    .headers(pageHeaders())
    .send(
      oneTimeCodePage({
        locale: deps.locale(request),
        user,
        action: `${issuer}${ONE_TIME_CODE_PATH}`,
        hidden: {
          csrf: deps.csrf.issue(request, reply),
          account: sid,
          ...(offered && { secret: offered.sealed }),
        },
        ...(offered && {
          setup: {
            secret: base32(offered.secret),
            address: enrolmentAddress({ issuer, username: user.username, secret: offered.secret }),
          },
        }),
        error,
      }),
    )
}
