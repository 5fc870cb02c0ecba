/** What can go wrong between the command and an issuer. */
import type { Faults, Texts } from './text.ts'

export const ISSUER = {
  waiting: { en: 'Waiting for {what} … {seconds} s', zh: '正在等待{what} … {seconds} 秒' },
  theIssuer: { en: 'the issuer', zh: '签发服务' },
} satisfies Texts

export const ISSUER_FAULTS = {
  noCredentials: {
    code: 'no-credentials',
    exit: 'usage',
    en: 'No credentials: there is no {file}. Start an issuer here, name its folder by --data-dir, sign in by latchkey login ISSUER, or set LATCHKEY_CLI_CLIENT_ID.',
    zh: '没有凭据：找不到 {file}。请在此启动签发服务，用 --data-dir 指定其目录，用 latchkey login ISSUER 登录，或设置 LATCHKEY_CLI_CLIENT_ID。',
  },
  noConfigFolder: {
    code: 'no-config-folder',
    exit: 'usage',
    en: 'There is no folder to keep a login in: set HOME or XDG_CONFIG_HOME.',
    zh: '没有可以保存登录的目录：请设置 HOME 或 XDG_CONFIG_HOME。',
  },
  badCredentials: {
    code: 'bad-credentials',
    exit: 'usage',
    en: '{file} cannot be used: {why}.',
    zh: '无法使用 {file}：{why}。',
  },
  openCredentials: {
    code: 'open-credentials',
    exit: 'usage',
    en: '{file} can be read by others: chmod 600 {file}',
    zh: '{file} 可被他人读取：chmod 600 {file}',
  },
  incompleteCredentials: {
    code: 'incomplete-credentials',
    exit: 'usage',
    en: 'LATCHKEY_CLI_CLIENT_ID is set, but {missing} is not.',
    zh: '已设置 LATCHKEY_CLI_CLIENT_ID，但未设置 {missing}。',
  },
  unreachable: {
    code: 'issuer-unreachable',
    exit: 'unavailable',
    en: 'The issuer cannot be reached at {address} ({why}). Is it running?',
    zh: '无法通过 {address} 连接签发服务（{why}）。它在运行吗？',
  },
  unavailable: {
    code: 'issuer-not-ready',
    exit: 'unavailable',
    en: 'The issuer is not ready (status {status}). Try again in {seconds} s.',
    zh: '签发服务未就绪（状态 {status}）。请在 {seconds} 秒后重试。',
  },
  denied: {
    code: 'credentials-refused',
    exit: 'denied',
    en: 'The issuer refuses the credentials of {client}.',
    zh: '签发服务拒绝 {client} 的凭据。',
  },
  forbidden: {
    code: 'not-allowed',
    exit: 'denied',
    en: '{client} may not do this. {why}',
    zh: '{client} 无权执行此操作。{why}',
  },
  refused: {
    code: 'refused',
    exit: 'failed',
    en: 'The issuer refuses: {why}',
    zh: '签发服务拒绝：{why}',
  },
  refusedName: {
    code: 'refused',
    exit: 'failed',
    en: 'The issuer refuses: {why}. latchkey {list} shows all there are.',
    zh: '签发服务拒绝：{why}。latchkey {list} 会全部列出。',
  },
  badAnswer: {
    code: 'not-an-issuer',
    exit: 'failed',
    en: 'What answers at {address} is not a Latchkey issuer.',
    zh: '{address} 的应答者不是 Latchkey 签发服务。',
  },
  userUnknown: {
    code: 'user-unknown',
    exit: 'failed',
    en: 'There is no user {user}. latchkey users list --search TEXT finds people.',
    zh: '没有用户 {user}。可用 latchkey users list --search TEXT 查找。',
  },
} satisfies Faults
