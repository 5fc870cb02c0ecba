import { type ChainFault, headText, readHead } from '@latchkey/directory/audit-chain'
import { type AuditFile, firstForeignRecord, readAuditFile } from '../audit-file.ts'
import { CliError } from '../cli-error.ts'
import { type Context, command } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { type IssuerApi, record } from '../issuer-api.ts'
import { AUDIT, AUDIT_FAULTS, AUDIT_HELP } from '../messages/audit.ts'
import { ISSUER_FAULTS } from '../messages/issuer.ts'
import { progressLine } from '../progress-line.ts'
import { printable } from '../text-width.ts'
import { apiOf } from './audit.ts'

const PATH = '/admin/v1/audit'

export const auditVerify = command({
  name: 'audit verify',
  help: AUDIT_HELP.verify,
  arguments: ['[FILE]'],
  options: {
    'since-head': {
      value: 'ID.DIGEST',
      text: { en: 'a head that you have kept', zh: '您保存过的位置' },
    },
    offline: { text: { en: 'checks a file without the issuer', zh: '不联系签发服务检查文件' } },
  },
  examples: ['latchkey audit verify', 'latchkey audit verify audit.jsonl --offline'],
  run: async (context) => {
    const known = knownHead(context.options['since-head'])
    const [file] = context.arguments
    if (file === undefined) await verifyLog(known, context)
    else await verifyFile(file, known, context)
  },
})

function knownHead(text: string | undefined): string | undefined {
  if (text === undefined || readHead(text)) return text
  throw new CliError(AUDIT_FAULTS.badHead, { received: printable(text) })
}

/** Part by part, so that no request takes long and everybody sees how far it is. */
async function verifyLog(known: string | undefined, context: Context): Promise<void> {
  const api = apiOf(context)
  const progress = progressLine(context)
  let records = 0
  let isHeld = known === undefined
  for (let after = ''; ; ) {
    const query = new URLSearchParams({ ...(known && { known }), ...(after && { after }) })
    const part = record(await api.get(`${PATH}/verify?${query}`))
    records += Number(part['records'])
    isHeld ||= part['holds_known'] === true
    if (part['fault']) refuse(readFault(part['fault'], context), '')
    after = String(part['head'])
    if (part['last'] === true) break
    progress.show(records, Number(String(part['newest']).split('.')[0]))
  }
  progress.clear()
  if (!isHeld) throw new CliError(AUDIT_FAULTS.headLost, { head: known ?? '' })
  const newest = record(await api.get(`${PATH}/head`))
  report({ records, head: `${String(newest['id'])}.${String(newest['digest'])}`, known }, context)
}

async function verifyFile(
  file: string,
  known: string | undefined,
  context: Context & { options: { offline: boolean } },
): Promise<void> {
  const progress = progressLine(context)
  const read = await readAuditFile(file, progress.show).catch((cause: NodeJS.ErrnoException) => {
    throw new CliError(AUDIT_FAULTS.file, {
      file: printable(file),
      why: cause.code ?? 'unreadable',
    })
  })
  progress.clear()
  if (read.fault) refuse(read.fault, context.say(AUDIT.inLine, { line: read.fault.line }))
  if (known !== undefined && !holds(read, known)) {
    throw new CliError(AUDIT_FAULTS.headLost, { head: known })
  }
  const head = read.last ? headText(read.last) : '-'
  const isCompared = context.options.offline ? undefined : await compare(read, apiOf(context))
  report(
    { records: read.records, head, known, ...(isCompared !== undefined && { isCompared }) },
    context,
  )
}

function holds({ first, digests }: AuditFile, known: string): boolean {
  const head = readHead(known)
  return head !== undefined && digests[head.id - (first?.id ?? 0) - 1] === head.digest
}

/** False: the issuer no longer has these records. */
async function compare(read: AuditFile, api: IssuerApi): Promise<boolean> {
  const found = await firstForeignRecord(read, async (id) => {
    const head = record(await api.get(`${PATH}/head?id=${id}`))
    return { id: Number(head['id']), digest: String(head['digest']) }
  })
  if (found.kind === 'differs') throw new CliError(AUDIT_FAULTS.differs, { id: found.id })
  return found.kind === 'same'
}

interface Verified {
  readonly records: number
  readonly head: string
  readonly known: string | undefined
  readonly isCompared?: boolean
}

function report({ records, head, known, isCompared }: Verified, context: Context): void {
  const { common, say, print, printJson } = context
  if (common.json) {
    const compared = isCompared === undefined ? {} : { same_as_log: isCompared }
    printJson({ intact: true, records, head, ...compared })
    return
  }
  print(say(AUDIT.intact, { count: records, head }))
  if (known !== undefined) print(say(AUDIT.knownHeld))
  if (isCompared !== undefined) print(say(isCompared ? AUDIT.sameAsLog : AUDIT.logForgot))
}

const KINDS: Readonly<Record<ChainFault['kind'], true>> = {
  ...{ unreadable: true, missing: true, changed: true },
  ...{ unsealed: true, cut: true, truncated: true },
}

/** What an issuer tells of its chain. Throws CliError when no issuer of this version says so. */
function readFault(told: unknown, context: Context): ChainFault {
  const { kind, id } = record(told)
  if (isKind(kind) && typeof id === 'number') return { kind, id }
  throw new CliError(ISSUER_FAULTS.badAnswer, { address: requireTarget(context).issuerAddress })
}

function isKind(kind: unknown): kind is ChainFault['kind'] {
  return typeof kind === 'string' && Object.hasOwn(KINDS, kind)
}

function refuse({ kind, id }: ChainFault, line: string): never {
  throw new CliError(AUDIT_FAULTS[kind], { id, line })
}
