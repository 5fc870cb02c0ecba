import { isAuditDetail } from '../checks/audit-detail.ts'
import { type AuditFacts, type AuditLink, auditLine } from './audit-line.ts'
import { canonicalJson } from './canonical-json.ts'

/** An export holds no longer one: twice what a detail and four texts can take when every character is escaped. */
const MOST_LINE_CHARS = 65_536

/**
 * Reads a line of an export. Undefined unless it is spelled exactly as the issuer writes it: what another reader of JSON could
 * take for something else, by a repeated member for example, is no line.
 */
export function readAuditLine(line: string): { facts: AuditFacts; link: AuditLink } | undefined {
  if (line.length > MOST_LINE_CHARS) return undefined
  const read = parsed(line)
  if (!isObject(read) || !isObject(read['actor']) || !isAuditDetail(read['detail']))
    return undefined
  const { actor } = read
  const texts = [read['action'], read['target'], read['reason'], read['previous'], actor['sub']]
  const links = [read['seal'], read['digest']]
  const numbers = [read['id'], read['at']]
  if (![...texts, ...links].every((one) => typeof one === 'string')) return undefined
  if (!numbers.every((one) => Number.isSafeInteger(one))) return undefined
  const facts = {
    id: read['id'],
    at: read['at'],
    actor: {
      sub: actor['sub'],
      ...(actor['client_id'] !== undefined && { clientId: actor['client_id'] }),
      ...(actor['sid'] !== undefined && { sid: actor['sid'] }),
      ...(actor['address'] !== undefined && { address: actor['address'] }),
      ...(actor['request_id'] !== undefined && { requestId: actor['request_id'] }),
    },
    action: read['action'],
    target: read['target'],
    reason: read['reason'],
    detail: canonicalJson(read['detail']),
    previous: read['previous'],
  } as AuditFacts
  const link = { seal: read['seal'], digest: read['digest'] } as AuditLink
  return auditLine(facts, link) === line ? { facts, link } : undefined
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
