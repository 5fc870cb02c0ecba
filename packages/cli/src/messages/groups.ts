import type { Texts } from './text.ts'

/** What the groups of commands are about, for the overview. */
export const GROUPS = {
  running: { en: 'Running an issuer', zh: '运行签发服务' },
  self: { en: 'Signing in yourself', zh: '本人登录' },
  cluster: { en: 'What is declared in a file', zh: '在文件中声明的内容' },
  migrate: { en: 'The database of the directory', zh: '目录的数据库' },
  users: { en: 'People who sign in', zh: '登录的人' },
  groups: { en: 'People with rights in common', zh: '共同拥有权限的人' },
  roles: { en: 'Named lists of rights', zh: '命名的权限列表' },
  clients: { en: 'Apps and machines that get tokens', zh: '取得令牌的应用和机器' },
  services: { en: 'Services that accept tokens', zh: '接受令牌的服务' },
  sessions: { en: 'Who is signed in', zh: '谁已登录' },
  verifiers: { en: 'Verifiers of the services', zh: '各服务的验证器' },
  keys: { en: 'Keys that sign tokens', zh: '签署令牌的密钥' },
  audit: { en: 'What was done, and proof of it', zh: '做过的操作及其证明' },
  token: { en: 'Tokens of any provider', zh: '任何提供方的令牌' },
} satisfies Texts
