import { ACR } from '@latchkey/protocol'

/** Every way of authentication that there is, weakest first. */
const STRENGTHS: readonly string[] = [ACR.password, ACR.mfa]

/** Whether who was authenticated by `acr` was authenticated at least as strongly as `wanted`. Unknown values are never reached. */
export function reaches(acr: string, wanted: string): boolean {
  const strength = STRENGTHS.indexOf(wanted)
  return strength >= 0 && STRENGTHS.indexOf(acr) >= strength
}
