import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  ACCOUNT_ERRAND,
  accountErrand,
  HOME_ERRAND,
  HOME_PAGE,
  ONE_TIME_CODE_PAGE,
} from '../account/account-errand.ts'
import { appErrand } from '../authorization/app-errand.ts'
import type { NextStepDeps } from '../authorization/next-step.ts'
import { DEVICE_ERRAND, deviceErrand } from '../device/device-errand.ts'
import type { Parameters } from '../http/parameters.ts'
import type { Errand } from '../sign-in/errand.ts'

/** What a form of the sign-in pages was for. */
export async function readErrand(
  request: FastifyRequest<{ Body: Parameters }>,
  reply: FastifyReply,
  deps: NextStepDeps,
): Promise<Errand> {
  switch (request.body.get('errand')) {
    case DEVICE_ERRAND:
      return await deviceErrand(request, reply, deps)
    case ACCOUNT_ERRAND:
      return await accountErrand(request, reply, ONE_TIME_CODE_PAGE, deps)
    case HOME_ERRAND:
      return await accountErrand(request, reply, HOME_PAGE, deps)
    default:
      return await appErrand(request, reply, deps)
  }
}
