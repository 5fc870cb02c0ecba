import type { Faults, Helps, Texts } from './text.ts'

export const DOCTOR_HELP = {
  run: {
    summary: {
      en: 'look for what is wrong, and say how to mend it',
      zh: '查找问题，并说明如何解决',
    },
    text: {
      en: 'Looks at the public address as a browser sees it, and asks the issuer about its feed, store, directory, keys, clients and disk. When no issuer answers, it reads the settings and the databases that are here. Changes nothing. Fails when it finds an error or a warning.',
      zh: '像浏览器一样检查公开地址，并询问签发服务的推送、存储、目录、密钥、客户端和磁盘。没有签发服务应答时，读取此处的设置和数据库。不做任何更改。发现错误或警告时失败。',
    },
  },
} satisfies Helps

export const DOCTOR = {
  feed: { en: 'The feed', zh: '推送' },
  lease: {
    en: '  Leases of {lease} ms rest on a write of {age} ms ago.',
    zh: '  {lease} 毫秒的租约以 {age} 毫秒前的一次写入为据。',
  },
  noLease: { en: '  Leases: none can be given.', zh: '  租约：无法发放。' },
  canary: {
    en: '  Until a verifier applied an end of the canary ({runs} runs here, longest {max} ms):',
    zh: '  验证器使金丝雀的结束生效所用的时间（此处 {runs} 次，最长 {max} 毫秒）：',
  },
  checks: { en: 'Looked at', zh: '已检查' },
  error: { en: 'error: ', zh: '错误：' },
  warning: { en: 'warning: ', zh: '警告：' },
  note: { en: 'note: ', zh: '提示：' },
  fine: { en: 'Nothing is wrong.', zh: '一切正常。' },
  newer: { en: 'the issuer has found {id} ({facts}).', zh: '签发服务发现 {id}（{facts}）。' },
  upgrade: {
    en: 'This command is older than the issuer and has no text for it: upgrade the command.',
    zh: '此命令比签发服务旧，没有相应说明：请升级命令。',
  },
} satisfies Texts

export const DOCTOR_FAULTS = {
  findings: {
    code: 'doctor-findings',
    exit: 'failed',
    en: 'Findings: {count}',
    zh: '发现问题：{count}',
  },
} satisfies Faults
