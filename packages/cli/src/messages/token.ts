import type { Faults, Helps, Texts } from './text.ts'

export const TOKEN_HELP = {
  obtain: {
    summary: { en: 'get a token, of any provider', zh: '从任何提供方取得令牌' },
    text: {
      en: 'Prints an access token, by one of the grants: that of your login; of a client for itself; of a person by the browser or a device; by a refresh token; or in exchange for another. Tokens and secrets are read from standard input or files, never from arguments. With --json the whole answer, refresh token and ID token included.',
      zh: '用某种授权方式取得访问令牌并输出：您的登录；客户端自己的；由人通过浏览器或设备；用刷新令牌；或用另一个令牌交换。令牌和密钥从标准输入或文件读取，不作为参数。使用 --json 输出完整应答，包括刷新令牌和 ID 令牌。',
    },
  },
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
      en: 'Checks signature, times, issuer and audience of an access token or ID token of any provider, with the keys of --keys or with the public keys that discovery leads to. When neither has the key of a Latchkey token, and to learn whether it was ended, the issuer is asked; it answers only for clients that the token concerns.',
      zh: '检查任何提供方的访问令牌或 ID 令牌的签名、时间、签发者和受众，使用 --keys 中的密钥或发现文档所指的公钥。两者都没有 Latchkey 令牌的密钥时，以及为了知道它是否已被结束，会询问签发服务；它只回答与令牌有关的客户端。',
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
  goodIdToken: { en: 'The ID token is good.', zh: 'ID 令牌有效。' },
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
  obtained: { en: 'It ends in {seconds} s.', zh: '{seconds} 秒后到期。' },
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
  noLogin: {
    code: 'no-login',
    exit: 'usage',
    en: 'There is no login to take a token from: latchkey login ISSUER, or --grant.',
    zh: '没有可取得令牌的登录：请使用 latchkey login ISSUER，或 --grant。',
  },
  noIssuer: {
    code: 'no-issuer',
    exit: 'usage',
    en: 'Which provider is meant? Name it by --issuer URL.',
    zh: '指的是哪个提供方？请用 --issuer URL 指定。',
  },
  noClient: {
    code: 'no-client',
    exit: 'usage',
    en: 'Which client asks? Name it by --client-id, and its secret by --client-secret-file.',
    zh: '由哪个客户端请求？请用 --client-id 指定，并用 --client-secret-file 指定其密钥。',
  },
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
