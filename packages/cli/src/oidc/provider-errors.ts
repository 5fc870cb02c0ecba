import { CliError } from '../cli-error.ts'
import { ISSUER_FAULTS } from '../messages/issuer.ts'
import { OIDC_FAULTS } from '../messages/oidc.ts'
import { printable } from '../text-width.ts'

/** Members of the errors of openid-client: of the system, of the provider (RFC 6749 section 5.2), of its own checks. */
interface Failure {
  readonly code?: string
  readonly message: string
  readonly status?: number
  readonly error?: string
  readonly error_description?: string
  readonly cause?: Failure
  /** Of a 401 with a challenge: its body has not been read. */
  readonly response?: unknown
}

/** Waits for an exchange with a provider. What goes wrong becomes a CliError that says what the provider said. */
export async function providerErrors<T>(work: Promise<T>, issuer: string): Promise<T> {
  try {
    return await work
  } catch (cause) {
    if (cause instanceof CliError) throw cause
    throw explained(await withBody(cause as Failure), issuer)
  }
}

/** A client that authenticated by HTTP Basic is refused with a challenge (RFC 6749 section 5.2): the error stands behind it. */
async function withBody(failure: Failure): Promise<Failure> {
  const { response, message } = failure
  if (!(response instanceof Response) || response.bodyUsed) return failure
  const body: unknown = await response.json().catch(() => undefined)
  if (typeof body !== 'object' || body === null) return failure
  const { error, error_description } = body as Readonly<Record<string, unknown>>
  if (typeof error !== 'string') return failure
  const description = typeof error_description === 'string' ? error_description : error
  return { message, status: response.status, error, error_description: description }
}

function explained(failure: Failure, issuer: string): CliError {
  const { error, error_description: description, status } = failure
  if (typeof error === 'string') {
    const params = { issuer, error: printable(error), why: printable(description ?? error) }
    if (error === 'invalid_client') return new CliError(OIDC_FAULTS.clientRefused, params)
    if (status !== undefined && (status === 429 || status >= 500)) {
      return new CliError(ISSUER_FAULTS.unavailable, { status, seconds: 1 })
    }
    return new CliError(OIDC_FAULTS.providerRefused, params)
  }
  const system = failure.cause?.code ?? failure.code ?? ''
  if (/^(E[A-Z_]+|UND_\w+|CERT_\w+|DEPTH_\w+|SELF_\w+|UNABLE_\w+)$/.test(system)) {
    return new CliError(ISSUER_FAULTS.unreachable, { address: issuer, why: system })
  }
  const why = printable(`${failure.message}${system === '' ? '' : ` (${system})`}`)
  return new CliError(OIDC_FAULTS.providerAnswer, { issuer, why })
}
