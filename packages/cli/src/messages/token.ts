import type { Faults, Helps, Texts } from './text.ts'

export const TOKEN_HELP = {
  decode: {
    summary: { en: 'show what a token says, unverified', zh: '显示令牌内容，不做验证' },
    text: {
      en: 'Shows header and claims of a token without asking whether they are true. Without TOKEN, or with -, it is read from standard input, which keeps it out of the history of the shell.',
      zh: '显示令牌的头部和声明，不判断其真伪。没有 TOKEN 或为 - 时从标准输入读取，这样令牌不会留在 shell 历史中。',
    },
  },
  verify: {
    summary: { en: 'say whether a token is good, and why not', zh: '判断令牌是否有效，并说明原因' },
    text: {
      en: 'Checks signature, times, issuer and service with the keys of --keys or with the public keys of the issuer. When neither has the key, and to learn whether the token was ended, the issuer is asked; it answers only for clients that the token concerns.',
      zh: '使用 --keys 中的密钥或签发服务的公钥检查签名、时间、签发者和服务。两者都没有该密钥时，以及为了知道令牌是否已被结束，会询问签发服务；它只回答与令牌有关的客户端。',
    },
  },
} satisfies Helps

export const TOKEN = {
  header: { en: 'header', zh: '头部' },
  claims: { en: 'claims', zh: '声明' },
  unverified: {
    en: 'Not verified: anybody can write a token that says this.',
    zh: '未验证：任何人都可以写出这样的令牌。',
  },
  good: { en: 'The token is good.', zh: '令牌有效。' },
  goodButNotAsked: {
    en: 'Whether it was ended is not known: the issuer was not asked.',
    zh: '不知道它是否已被结束：未询问签发服务。',
  },
  inactive: {
    en: 'the issuer says that it is not active: it ended or was never valid, or it does not concern {client}',
    zh: '签发服务表示它已失效：已结束、从未有效，或与 {client} 无关',
  },
  key: { en: 'key', zh: '密钥' },
  subject: { en: 'subject', zh: '主体' },
  client: { en: 'client', zh: '客户端' },
  service: { en: 'service', zh: '服务' },
  session: { en: 'session', zh: '会话' },
  times: { en: 'times', zh: '时间' },
  scope: { en: 'scope', zh: '范围' },
  routes: { en: 'routes', zh: '路由' },
  bitmap: { en: 'bitmap over the catalogue {c}', zh: '路由目录 {c} 上的位图' },
  noRoutes: { en: 'none', zh: '无' },
  timesText: { en: 'issued {issued}, ends {ends}', zh: '签发于 {issued}，结束于 {ends}' },
  keyUnknown: {
    en: 'the key {kid} is neither in --keys nor public, and there are no credentials to ask the issuer',
    zh: '密钥 {kid} 既不在 --keys 中也未公开，且没有凭据可询问签发服务',
  },
} satisfies Texts

export const TOKEN_FAULT_TEXTS = {
  too_long: { en: 'it is too long to be a token', zh: '长度超出令牌的限制' },
  malformed: { en: 'it does not have the form of a signed token', zh: '不具有签名令牌的格式' },
  not_canonical: {
    en: 'it is not in canonical base64url; somebody may have changed it',
    zh: '不是规范的 base64url，可能被改动过',
  },
  bad_header: { en: 'its header is not one of ours', zh: '头部不符合要求' },
  wrong_typ: { en: 'it is no access token (typ)', zh: '不是访问令牌（typ）' },
  unknown_kid: { en: 'it is signed with a key that is not known', zh: '所用的签名密钥未知' },
  wrong_alg: { en: 'its algorithm is not that of its key', zh: '算法与密钥不符' },
  bad_signature: { en: 'its signature is wrong', zh: '签名错误' },
  bad_payload: { en: 'its content is not readable', zh: '内容无法读取' },
  wrong_issuer: { en: 'it comes from another issuer', zh: '来自其他签发者' },
  wrong_audience: { en: 'it is for another service', zh: '面向其他服务' },
  proof_missing: {
    en: 'it is bound to a key, and nothing proves that its bearer has the key',
    zh: '它与某个密钥绑定，但没有证明持有该密钥',
  },
  bad_claim: {
    en: 'one of its claims is missing or has the wrong form',
    zh: '某项声明缺失或格式错误',
  },
  expired: { en: 'it has expired', zh: '已过期' },
  not_yet_valid: { en: 'it lies in the future', zh: '时间在未来' },
} satisfies Texts

export const TOKEN_FAULTS = {
  missing: {
    code: 'token-missing',
    exit: 'usage',
    en: 'There is no token on standard input.',
    zh: '标准输入中没有令牌。',
  },
  refused: {
    code: 'token-refused',
    exit: 'failed',
    en: 'The token is refused: {why}',
    zh: '令牌被拒绝：{why}',
  },
} satisfies Faults
