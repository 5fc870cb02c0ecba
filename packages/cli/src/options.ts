import type { Option, Options } from './command.ts'

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

export const mustChangeOption = {
  text: { en: 'a new one is asked for at the next sign-in', zh: '下次登录时须设置新密码' },
} as const satisfies Option

export const groupOption = {
  value: 'GROUP',
  many: true,
  text: { en: 'group, by name or id; several times for several', zh: '组，名称或编号，可多次指定' },
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

/** Whom to speak to, for the commands that speak to any provider. */
export const PROVIDER_OPTIONS = {
  'client-id': {
    value: 'ID',
    text: { en: 'client at the provider', zh: '在提供方注册的客户端' },
  },
  'client-secret-file': {
    value: 'FILE',
    completes: 'file',
    text: {
      en: 'file with its secret, closed to others; without one it is a public client',
      zh: '含其密钥的文件，不得对他人开放；没有则为公共客户端',
    },
  },
  scope: {
    value: 'SCOPE',
    text: { en: 'scope, words between spaces', zh: '范围，以空格分隔的词' },
  },
  resource: {
    value: 'URI',
    many: true,
    text: {
      en: 'service that the token is for (RFC 8707); may be given several times',
      zh: '令牌面向的服务（RFC 8707），可多次指定',
    },
  },
} as const satisfies Options

/** How the person signs in. */
export const SIGN_IN_OPTIONS = {
  device: {
    text: { en: 'sign in on another device (RFC 8628)', zh: '在另一设备上登录（RFC 8628）' },
  },
  'no-browser': {
    text: { en: 'show the address and open nothing', zh: '只显示地址，不打开浏览器' },
  },
  port: {
    value: 'PORT',
    text: {
      en: 'port of the redirect URI, where the provider does not leave it open (default: any)',
      zh: '重定向地址的端口，用于不允许任意端口的提供方（默认：任意）',
    },
  },
} as const satisfies Options

/** How much of a list. */
export const limitOption = {
  value: 'NUMBER',
  text: { en: 'most rows (default: all)', zh: '最多行数（默认：全部）' },
} as const satisfies Option

export const searchOption = {
  value: 'TEXT',
  text: { en: 'only those whose names contain it', zh: '仅名称包含此文本者' },
} as const satisfies Option

export const grantOption = {
  value: 'GRANT',
  many: true,
  text: {
    en: 'grant to add: "AUDIENCE METHOD /path [until TIME]"; several times for several',
    zh: '要添加的授权："受众 方法 /路径 [until 时间]"，可多次指定',
  },
} as const satisfies Option

export const removeGrantOption = {
  value: 'GRANT',
  many: true,
  text: { en: 'grant to take away', zh: '要去掉的授权' },
} as const satisfies Option

export const descriptionOption = {
  value: 'TEXT',
  text: { en: 'what it is for, for admins', zh: '用途说明，供管理员查看' },
} as const satisfies Option

export const externalIdOption = {
  value: 'ID',
  text: { en: 'its id in another system', zh: '在其他系统中的编号' },
} as const satisfies Option
