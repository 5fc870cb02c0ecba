import type { Faults, Helps, Texts } from './text.ts'

export const KEYS_HELP = {
  list: {
    summary: { en: 'list the keys that sign and verify tokens', zh: '列出签署和验证令牌的密钥' },
    text: {
      en: 'Lists the keys of services and of the issuer that are not retired, and which verifiers have not said yet that they hold a pending one.',
      zh: '列出各服务和签发服务尚未停用的密钥，以及哪些验证器还没有确认持有待用的密钥。',
    },
  },
  rotate: {
    summary: { en: 'replace a key in peace', zh: '平稳更换密钥' },
    text: {
      en: 'Prepares a new key for a service, or for an algorithm of the issuer (RS256, PS256, ES256, EdDSA). It signs as soon as every verifier holds it; the old one verifies until what it signed has expired. With --wait the command stays until the new key signs and says who has not confirmed.',
      zh: '为某个服务，或为签发服务的某种算法（RS256、PS256、ES256、EdDSA）准备新密钥。所有验证器都持有后它才开始签署；旧密钥继续验证，直到它签署的令牌全部过期。使用 --wait 时命令一直等到新密钥开始签署，并说明谁还没有确认。',
    },
  },
  retire: {
    summary: {
      en: 'emergency: end a key and all its tokens',
      zh: '紧急情况：停用密钥及其全部令牌',
    },
    text: {
      en: 'For a key that others may know. It stops signing now, and everything it has signed ends. People stay signed in: apps get new tokens by themselves.',
      zh: '用于密钥可能已泄露的情况。它立即停止签署，它签署的一切随即结束。用户保持登录：应用会自行取得新令牌。',
    },
  },
} satisfies Helps

export const KEYS = {
  columnKey: { en: 'KEY', zh: '密钥' },
  columnAlg: { en: 'ALG', zh: '算法' },
  columnState: { en: 'STATE', zh: '状态' },
  columnSince: { en: 'SINCE', zh: '起始时间' },
  prepared: {
    en: 'The new key is {kid}. It signs when every verifier holds it.',
    zh: '新密钥是 {kid}。所有验证器都持有后它开始签署。',
  },
  waits: { en: 'A new key waits already: {kid}.', zh: '已有新密钥在等待：{kid}。' },
  confirmed: {
    en: '    everybody holds it; it signs when nobody can be without it any more',
    zh: '    所有验证器都已持有；确定无人缺少它之后开始签署',
  },
  notConfirmed: {
    en: 'not confirmed by {client} at {service} ({instance})',
    zh: '{service} 的 {client} 尚未确认（{instance}）',
  },
  notConfirmedGone: {
    en: 'lost and perhaps with a lease: {client} at {service} ({instance})',
    zh: '已断开、租约可能仍有效：{service} 的 {client}（{instance}）',
  },
  signs: { en: '{kid} signs now.', zh: '{kid} 已开始签署。' },
  retired: {
    en: '{kid} is retired. No service accepts what it signed after {time}.',
    zh: '{kid} 已停用。{time} 之后任何服务都不再接受它签署的令牌。',
  },
} satisfies Texts

export const KEYS_FAULTS = {
  gone: {
    code: 'key-gone',
    exit: 'failed',
    en: '{kid} is gone before it signed: somebody has retired it.',
    zh: '{kid} 在开始签署之前已消失：有人停用了它。',
  },
} satisfies Faults
