import type { FastifyReply, FastifyRequest } from 'fastify'
import { DEVICE_ERRAND, deviceErrand } from '../device/device-errand.ts'
import type { Parameters } from '../http/parameters.ts'
import { appErrand } from './app-errand.ts'
import type { Errand } from './errand.ts'
import type { NextStepDeps } from './next-step.ts'

/** What a form of the sign-in pages was for. */
export async function readErrand(
  request: FastifyRequest<{ Body: Parameters }>,
  reply: FastifyReply,
  deps: NextStepDeps,
): Promise<Errand> {
  const isDevice = request.body.get('errand') === DEVICE_ERRAND
  return isDevice ? await deviceErrand(request, reply, deps) : await appErrand(request, reply, deps)
}
