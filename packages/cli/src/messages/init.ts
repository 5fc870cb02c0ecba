import type { Faults, Helps, Texts } from './text.ts'

export const INIT_HELP = {
  run: {
    summary: { en: 'write the settings of a new issuer', zh: '写入新签发服务的设置' },
    text: {
      en: 'Writes latchkey.yaml with one service, one client, one role and one administrator, explained by comments, and the secrets into files of their own, closed to others and kept out of git. Nothing that exists is overwritten. The password of the administrator is made and shown once, or read from standard input.',
      zh: '写入 latchkey.yaml，其中有一个服务、一个客户端、一个角色和一个管理员，并附注释；密钥写入单独的文件，不对他人开放，也不进入 git。已有的文件不会被覆盖。管理员密码自动生成并只显示一次，或从标准输入读取。',
    },
  },
} satisfies Helps

export const INIT = {
  written: { en: 'Written: {files}', zh: '已写入：{files}' },
  admin: { en: 'Administrator: {admin}', zh: '管理员：{admin}' },
  password: { en: 'Password, shown only now: {password}', zh: '密码，仅此一次显示：{password}' },
  next: { en: 'What comes next:', zh: '接下来：' },
  start: {
    en: 'run the issuer; leave it running, and open another terminal',
    zh: '运行签发服务；保持运行，并打开另一个终端',
  },
  browser: {
    en: 'sign in as {admin}; the browser opens for it',
    zh: '以 {admin} 登录；会打开浏览器',
  },
  doctor: { en: 'see whether anything is wrong', zh: '检查是否有问题' },
  edit: {
    en: 'add your own service: edit it, stop the issuer by Ctrl-C and start it again',
    zh: '添加自己的服务：编辑后用 Ctrl-C 停止签发服务并重新启动',
  },
} satisfies Texts

export const INIT_FAULTS = {
  alreadyThere: {
    code: 'already-there',
    exit: 'failed',
    en: '{file} exists, and nothing was written. Use another folder: latchkey init DIR',
    zh: '{file} 已存在，未写入任何文件。请使用其他目录：latchkey init DIR',
  },
  notWritable: {
    code: 'not-writable',
    exit: 'failed',
    en: '{file} cannot be written ({why}).',
    zh: '无法写入 {file}（{why}）。',
  },
  badAdmin: {
    code: 'admin-name',
    exit: 'usage',
    en: '{received} is no name for the administrator: letters, digits, . _ @ -, at most 64 characters.',
    zh: '{received} 不能作为管理员名称：只能用字母、数字和 . _ @ -，最多 64 个字符。',
  },
  shortPassword: {
    code: 'password-short',
    exit: 'usage',
    en: 'The password is too short: at least 8 characters.',
    zh: '密码太短：至少 8 个字符。',
  },
} satisfies Faults
