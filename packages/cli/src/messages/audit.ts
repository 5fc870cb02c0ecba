import type { Faults, Helps, Texts } from './text.ts'

export const AUDIT_HELP = {
  list: {
    summary: { en: 'list what was done, newest first', zh: '列出做过的操作，最新的在前' },
    text: {
      en: 'Lists the newest records of the audit log: when, who, what, about whom and why. --json shows everything that stands in them.',
      zh: '列出审计日志中最新的记录：时间、操作者、操作、对象和原因。--json 显示记录的全部内容。',
    },
  },
  export: {
    summary: { en: 'write the audit log as JSON lines', zh: '将审计日志导出为 JSON 行' },
    text: {
      en: 'Writes the audit log, oldest record first, to a new file that only you can read, or to standard output. Each line carries a digest over itself and the line before it; "latchkey audit verify FILE" checks them. The export itself is recorded.',
      zh: '将审计日志按从旧到新的顺序写入一个只有您能读取的新文件，或写到标准输出。每一行都带有覆盖自身和前一行的摘要；用“latchkey audit verify FILE”检查。导出本身也会被记录。',
    },
  },
  verify: {
    summary: {
      en: 'find records that were removed or changed',
      zh: '查找被删除或被修改的记录',
    },
    text: {
      en: 'Verifies the audit log of the issuer, or a file that was exported, and names the first record that was removed, changed, inserted or moved. With --since-head it also proves that everything up to a head that you have kept is still there. A file is compared with the log of the issuer, too; --offline leaves that out.',
      zh: '验证签发服务的审计日志或导出的文件，并指出第一条被删除、修改、插入或移动的记录。使用 --since-head 还可证明您保存过的位置之前的一切仍然存在。文件还会与签发服务的日志比对；--offline 则不比对。',
    },
  },
  head: {
    summary: { en: 'print the newest digest, to keep elsewhere', zh: '打印最新摘要，供另行保存' },
    text: {
      en: 'Prints the id and the digest of the newest record. Keep it where nobody of this system can change it: "latchkey audit verify --since-head" then notices if the end of the log was cut off, or if everything was written anew.',
      zh: '打印最新记录的编号和摘要。请保存在本系统中任何人都无法修改的地方：之后“latchkey audit verify --since-head”能发现日志末尾被截断或整个日志被重写。',
    },
  },
  prune: {
    summary: { en: 'take away old records', zh: '清除旧记录' },
    text: {
      en: 'Takes away records from before a day that is at least 90 days ago. Export them first. The log stays verifiable, and says who has pruned it and how far.',
      zh: '清除至少 90 天之前某一天以前的记录。请先导出。日志仍可验证，并记录是谁清除、清除到哪里。',
    },
  },
} satisfies Helps

export const AUDIT = {
  columnTime: { en: 'TIME', zh: '时间' },
  columnAction: { en: 'ACTION', zh: '操作' },
  columnActor: { en: 'BY', zh: '操作者' },
  columnTarget: { en: 'ABOUT', zh: '对象' },
  none: { en: 'There are no such records.', zh: '没有这样的记录。' },
  exported: { en: '{count} records written to {file}.', zh: '已将 {count} 条记录写入 {file}。' },
  inLine: { en: ' (line {line} of the file)', zh: '（文件第 {line} 行）' },
  intact: {
    en: '{count} records, and nothing is missing or changed. Newest: {head}',
    zh: '共 {count} 条记录，没有缺失或修改。最新：{head}',
  },
  knownHeld: {
    en: 'Everything up to the head that you have kept is there.',
    zh: '您保存的位置之前的一切都在。',
  },
  sameAsLog: {
    en: 'The file agrees with the log of the issuer.',
    zh: '文件与签发服务的日志一致。',
  },
  logForgot: {
    en: 'The issuer no longer has these records: only the file was checked, by itself.',
    zh: '签发服务已没有这些记录：只检查了文件本身。',
  },
  askPrune: {
    en: 'Take away all audit records from before {time}? This cannot be undone. [y/N] ',
    zh: '清除 {time} 之前的全部审计记录？此操作无法撤销。[y/N] ',
  },
  pruned: { en: '{count} records are gone.', zh: '已清除 {count} 条记录。' },
} satisfies Texts

export const AUDIT_FAULTS = {
  missing: {
    code: 'audit-missing',
    exit: 'failed',
    en: 'Record {id} is missing, or another one stands in its place{line}. Everything before it is as it was.',
    zh: '记录 {id} 缺失，或其位置上是另一条记录{line}。它之前的一切未变。',
  },
  changed: {
    code: 'audit-changed',
    exit: 'failed',
    en: 'Record {id} was changed{line}. Everything before it is as it was.',
    zh: '记录 {id} 被修改{line}。它之前的一切未变。',
  },
  unsealed: {
    code: 'audit-unsealed',
    exit: 'failed',
    en: 'Record {id} was not written by an issuer with this master key. Everything before it is as it was.',
    zh: '记录 {id} 不是由持有此主密钥的签发服务写入的。它之前的一切未变。',
  },
  cut: {
    code: 'audit-cut',
    exit: 'failed',
    en: 'The log begins with record {id}, and no record says who has pruned what was before it.',
    zh: '日志从记录 {id} 开始，而没有记录说明是谁清除了之前的内容。',
  },
  truncated: {
    code: 'audit-truncated',
    exit: 'failed',
    en: 'The newest records are gone, from {id} on.',
    zh: '从 {id} 起的最新记录已丢失。',
  },
  unreadable: {
    code: 'audit-line',
    exit: 'failed',
    en: 'This is no line as the issuer writes it{line}. Everything before it is as it was.',
    zh: '这不是签发服务写出的行{line}。它之前的一切未变。',
  },
  headLost: {
    code: 'audit-head-lost',
    exit: 'failed',
    en: 'The head {head} is not in the log: records up to it were removed, or the log was written anew.',
    zh: '日志中没有位置 {head}：它之前的记录被删除，或日志被重写。',
  },
  differs: {
    code: 'audit-differs',
    exit: 'failed',
    en: 'The file and the log of the issuer differ from record {id} on. Verify the log, too: "latchkey audit verify".',
    zh: '文件与签发服务的日志从记录 {id} 起不同。请同时验证日志：“latchkey audit verify”。',
  },
  badHead: {
    code: 'audit-head',
    exit: 'usage',
    en: '{received} is no head: expected ID.DIGEST, as "latchkey audit head" prints it.',
    zh: '{received} 不是有效位置：应为“latchkey audit head”打印的 编号.摘要。',
  },
  file: {
    code: 'audit-file',
    exit: 'usage',
    en: '{file} cannot be used: {why}. An export goes to a new file; verification needs one that can be read.',
    zh: '无法使用 {file}：{why}。导出需写入新文件；验证需要可读的文件。',
  },
} satisfies Faults
