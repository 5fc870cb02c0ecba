import type { Faults, Helps, Texts } from './text.ts'

export const CLUSTER_HELP = {
  plan: {
    summary: { en: 'show what a cluster file would change', zh: '显示集群文件将带来的更改' },
    text: {
      en: 'Compares the file (default: latchkey.yaml) with the directory of the issuer, and shows the difference: + is created, ~ is changed, - is removed or, for people, clients and services, disabled. Changes nothing. Ends with 5 when there is something to change.',
      zh: '将文件（默认：latchkey.yaml）与签发服务的目录比较并显示差异：+ 为创建，~ 为更改，- 为删除；对用户、客户端和服务则为停用。不做任何更改。有需要更改的内容时以 5 结束。',
    },
  },
  apply: {
    summary: { en: 'make the directory what a cluster file says', zh: '按集群文件更改目录' },
    text: {
      en: 'Shows the plan, asks, and makes it so: all of it or nothing. What the file declares is owned by it from then on, and read-only elsewhere. Refused when the directory has changed since the plan was shown.',
      zh: '显示计划，询问后执行：要么全部完成，要么全不生效。文件所声明的内容此后归该文件所有，在别处只读。若显示计划后目录发生变化，则拒绝执行。',
    },
  },
  export: {
    summary: { en: 'write a cluster file of what there is', zh: '将现有内容写成集群文件' },
    text: {
      en: 'Writes everything that a cluster file may declare, in a fixed order, to the file or to standard output. Without secrets and passwords: the stored ones stay. Planned against the same directory it changes nothing.',
      zh: '将集群文件可声明的全部内容按固定顺序写入文件或标准输出。不含密钥和密码：已存储的保持不变。对同一目录执行计划不会产生更改。',
    },
  },
  schema: {
    summary: {
      en: 'print the JSON Schema of latchkey.yaml',
      zh: '输出 latchkey.yaml 的 JSON Schema',
    },
    text: {
      en: 'Prints the schema that editors check and complete latchkey.yaml and cluster files by. Keep it beside them as latchkey.schema.json.',
      zh: '输出编辑器用来检查和补全 latchkey.yaml 及集群文件的架构。请以 latchkey.schema.json 为名存放在它们旁边。',
    },
  },
} satisfies Helps

export const CLUSTER = {
  force: { en: 'replace a file that is there', zh: '替换已存在的文件' },
  withoutUsers: { en: 'without people', zh: '不含用户' },
  secret: { en: 'changes (not shown)', zh: '更改（不显示）' },
  retired: { en: 'no longer declared: disabled, without rights', zh: '不再声明：停用并撤销权限' },
  nothing: { en: 'Nothing would change.', zh: '没有需要更改的内容。' },
  counts: {
    en: '{create} to create, {update} to change, {retire} to disable, {remove} to remove, {adopt} to adopt.',
    zh: '创建 {create} 项，更改 {update} 项，停用 {retire} 项，删除 {remove} 项，接管 {adopt} 项。',
  },
  adopted: {
    en: 'Made elsewhere, will be owned by {file} and read-only for all others:',
    zh: '以下内容在别处创建，将归 {file} 所有，在别处变为只读：',
  },
  adoptedFrom: {
    en: 'until now owned by {from}',
    zh: '此前归 {from} 所有',
  },
  provisioned: { en: 'provisioned by {clients}', zh: '由 {clients} 同步' },
  onlyOwner: {
    en: 'Nothing would change but the owner: {adopt} to adopt.',
    zh: '除所有者外没有更改：接管 {adopt} 项。',
  },
  ask: { en: 'Make it so? [y/N] ', zh: '执行吗？[y/N] ' },
  done: {
    en: 'Done: {created} created, {updated} changed or disabled, {removed} removed.',
    zh: '完成：创建 {created} 项，更改或停用 {updated} 项，删除 {removed} 项。',
  },
  written: { en: 'Wrote {file}.', zh: '已写入 {file}。' },
} satisfies Texts

export const CLUSTER_FAULTS = {
  alreadyThere: {
    code: 'already-there',
    exit: 'usage',
    en: '{file} is there already. --force replaces it.',
    zh: '{file} 已存在。--force 可替换。',
  },
  notWritable: {
    code: 'not-writable',
    exit: 'usage',
    en: '{file} cannot be written ({why}).',
    zh: '无法写入 {file}（{why}）。',
  },
} satisfies Faults
