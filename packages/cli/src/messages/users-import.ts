import type { CommandHelp, Faults, Texts } from './text.ts'

export const IMPORT_HELP = {
  summary: { en: 'bring people in from a file', zh: '从文件导入用户' },
  text: {
    en: 'Reads a CSV file with a header (.csv) or JSON lines, and brings the people into the directory, with groups, roles and the password hashes of other systems. The whole file is checked first. An import that was interrupted goes on where it stopped when the same command is given again. docs/operate/import.md names the columns.',
    zh: '读取带表头的 CSV 文件（.csv）或 JSON 行，将其中的人导入目录，包括群组、角色以及其他系统的密码哈希。会先检查整个文件。中断的导入在再次执行同一命令时从停止处继续。各列见 docs/operate/import.md。',
  },
} satisfies CommandHelp

export const IMPORT = {
  resumed: {
    en: 'Going on behind the first {done} of {total}, which an earlier run has brought in.',
    zh: '继续导入：总数 {total} 中的前 {done} 个已由之前的运行处理。',
  },
  did: {
    en: '{created} created, {updated} updated, {skipped} skipped, {refused} refused.',
    zh: '新建 {created}，更新 {updated}，跳过 {skipped}，拒绝 {refused}。',
  },
  would: {
    en: 'Would be: {created} created, {updated} updated, {skipped} skipped, {refused} refused. Nothing was done.',
    zh: '将会：新建 {created}，更新 {updated}，跳过 {skipped}，拒绝 {refused}。未做任何更改。',
  },
  fault: {
    en: 'line {line}{place}: expected {expected} [{code}]',
    zh: '第 {line} 行{place}：应为 {expected} [{code}]',
  },
  faultReceived: {
    en: 'line {line}{place}: expected {expected}, received {received} [{code}]',
    zh: '第 {line} 行{place}：应为 {expected}，收到 {received} [{code}]',
  },
  more: { en: 'and {count} more', zh: '另有 {count} 处' },
} satisfies Texts

export const IMPORT_FAULTS = {
  file: {
    code: 'import-file',
    exit: 'failed',
    en: 'Faults: {count}. Nothing was brought in: mend the file and try again.',
    zh: '文件有 {count} 处错误，未导入任何内容。请修正后重试。',
  },
  unreadable: {
    code: 'import-unreadable',
    exit: 'usage',
    en: '{file} cannot be read: {why}. Expected a CSV file with a header (.csv) or JSON lines.',
    zh: '无法读取 {file}：{why}。应为带表头的 CSV 文件（.csv）或 JSON 行。',
  },
} satisfies Faults
