import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino'
import { cleanLogLine } from './clean-log-line.ts'
import type { Settings } from './settings/settings.ts'

/** The logger of the issuer: JSON lines on stdout, cleaned. Give it to Fastify as `loggerInstance`. */
export function createLogger(level: Settings['log']['level'], stream?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { req: requestFacts, res: responseFacts, err: errorFacts },
    hooks: { streamWrite: cleanLogLine },
  }
  return stream === undefined ? pino(options) : pino(options, stream)
}

interface LoggedRequest {
  readonly id?: unknown
  readonly method?: string
  readonly url?: string
  readonly ip?: string
}

/** What a line says about a request: the path only, because the query of this service carries codes and tokens. */
function requestFacts(request: LoggedRequest): Record<string, unknown> {
  const { method, url, ip } = request
  // Absolute-form (RFC 9112 section 3.2.2) names a host that nobody has checked.
  const path = url?.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '').split(/[?#]/, 1)[0]
  return { method, path, remoteAddress: ip }
}

function responseFacts(response: { statusCode?: number }): Record<string, unknown> {
  return { statusCode: response.statusCode }
}

/**
 * Errors by name, message, code and stack, with their causes. Other members are left out: drivers put whole commands
 * with their arguments there.
 */
function errorFacts(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error
  const { code, reason } = error as { code?: unknown; reason?: unknown }
  return {
    type: error.name,
    message: error.message,
    code,
    reason,
    stack: error.stack,
    cause:
      depth < 3 && error.cause instanceof Error ? errorFacts(error.cause, depth + 1) : undefined,
  }
}
