import type { Option } from './command.ts'

/** Options that several commands have. What belongs to one command is declared there. */

export const configOption = {
  value: 'FILE',
  completes: 'file',
  text: { en: 'settings file (default: latchkey.yaml)', zh: '设置文件（默认：latchkey.yaml）' },
} as const satisfies Option

export const userOption = {
  value: 'USER',
  text: { en: 'user name or id (u_…)', zh: '用户名或编号（u_…）' },
} as const satisfies Option

export const nameOption = {
  value: 'TEXT',
  text: { en: 'full name', zh: '全名' },
} as const satisfies Option

export const emailOption = {
  value: 'ADDRESS',
  text: { en: 'e-mail address', zh: '电子邮件地址' },
} as const satisfies Option

export const roleOption = {
  value: 'NAME',
  many: true,
  text: { en: 'role; may be given several times', zh: '角色，可多次指定' },
} as const satisfies Option

export const passwordStdinOption = {
  text: { en: 'read the password from standard input', zh: '从标准输入读取密码' },
} as const satisfies Option

export const noPasswordOption = {
  text: { en: 'without a password for now', zh: '暂不设置密码' },
} as const satisfies Option

export const waitOption = {
  text: {
    en: 'stays until it is done, and shows what is missing',
    zh: '等到完成为止，并显示还缺少什么',
  },
} as const satisfies Option

export const yesOption = {
  text: {
    en: 'does not ask (programs have nobody to ask)',
    zh: '不询问（供没有人在场的程序使用）',
  },
} as const satisfies Option
