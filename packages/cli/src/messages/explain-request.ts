/** Which check decides about a request: docs/operate/explain.md. */
import type { Texts } from './text.ts'

export const EXPLAINED_STATUS = {
  200: { en: '200: the service takes the request.', zh: '200：服务接受该请求。' },
  401: { en: '401: the service refuses the token.', zh: '401：服务拒绝该令牌。' },
  403: { en: '403: the token is good, and lacks the right.', zh: '403：令牌有效，但缺少权限。' },
  404: { en: '404: the service has no such route.', zh: '404：服务没有该路由。' },
  503: {
    en: '503: the service cannot decide now, and asks to come back.',
    zh: '503：服务当前无法判断，要求稍后重试。',
  },
} satisfies Texts

export const EXPLAINED_CHECKS = {
  route: { en: 'route', zh: '路由' },
  lease: { en: 'lease', zh: '租约' },
  form: { en: 'form', zh: '格式' },
  key: { en: 'key', zh: '密钥' },
  signature: { en: 'signature', zh: '签名' },
  payload: { en: 'content', zh: '内容' },
  issuer: { en: 'issuer', zh: '签发者' },
  audience: { en: 'audience', zh: '受众' },
  claims: { en: 'claims', zh: '声明' },
  time: { en: 'time', zh: '时间' },
  ended: { en: 'not ended', zh: '未结束' },
  current: { en: 'log position', zh: '日志位置' },
  binding: { en: 'binding', zh: '绑定' },
  right: { en: 'right', zh: '权限' },
} satisfies Texts

export const EXPLAINED_OUTCOMES = {
  passed: { en: 'passed', zh: '通过' },
  failed: { en: 'FAILED', zh: '未通过' },
  unknown: { en: 'unknown', zh: '未知' },
  not_reached: { en: 'not reached', zh: '未检查' },
} satisfies Texts

/** What is wrong, by reason. Those of tokens stand in TOKEN_FAULT_TEXTS. */
export const EXPLAINED_REASONS = {
  no_catalogue: {
    en: 'The service has published no routes: the path was taken for the pattern.',
    zh: '服务未发布任何路由：路径被当作模式。',
  },
  routes_not_given: {
    en: 'Its routes are not at hand (--routes): the path was taken for the pattern.',
    zh: '没有其路由（--routes）：路径被当作模式。',
  },
  not_asked: { en: 'The issuer was not asked.', zh: '未询问签发服务。' },
  expression: {
    en: 'A route with a regular expression may come first: only the service knows.',
    zh: '含正则表达式的路由可能优先匹配：只有服务知道。',
  },
  not_found: { en: 'No route of the service matches.', zh: '没有匹配的路由。' },
  no_verifier: {
    en: 'No verifier of the service is known, so its lease is not, either.',
    zh: '不知道该服务的任何验证器，因此也不知道其租约。',
  },
  lease_ending: {
    en: 'Every verifier is away; what they had of a lease may still be running.',
    zh: '所有验证器均已离线；其租约可能尚未到期。',
  },
  verifiers_away: {
    en: 'Every verifier is away for longer than a lease.',
    zh: '所有验证器离线的时间都超过了租约。',
  },
  store_unconfirmed: {
    en: 'The store confirms no writes to the issuer, so nobody gets a lease.',
    zh: '存储未向签发服务确认写入，因此无人获得租约。',
  },
  service_disabled: { en: 'The service is disabled.', zh: '该服务已停用。' },
  token_ended: { en: 'The token was ended.', zh: '该令牌已被结束。' },
  session_ended: { en: 'Its session was ended.', zh: '其会话已被结束。' },
  user_ended: { en: 'Everything of its user was ended.', zh: '该用户的一切均已被结束。' },
  client_ended: { en: 'Its client was ended.', zh: '其客户端已被结束。' },
  service_ended: { en: 'Its service was ended.', zh: '其服务已被结束。' },
  key_ended: { en: 'Its key was ended.', zh: '其密钥已被结束。' },
  all_ended: { en: 'Everything was ended.', zh: '一切均已被结束。' },
  stale: {
    en: 'Permissions or routes have changed since it was signed: a refresh brings a new one.',
    zh: '签发后权限或路由已变更：刷新即可取得新令牌。',
  },
  ahead: {
    en: 'The token is newer than what verifiers have heard of the log.',
    zh: '令牌比验证器已知的日志更新。',
  },
  ahead_of_some: {
    en: 'Some verifiers have not yet heard of the log as much as the token has.',
    zh: '部分验证器尚未跟上该令牌所在的日志位置。',
  },
  proof_needed: {
    en: 'It is bound to a key: good only with a proof of it, which each request brings.',
    zh: '它与密钥绑定：每个请求都须附带持有证明才有效。',
  },
  not_granted: { en: 'No grant opens the route.', zh: '没有授权可打开该路由。' },
  token_lacks: {
    en: 'The token does not open the route. Only the issuer knows whether the right is there by now.',
    zh: '令牌不能打开该路由。现在是否已有该权限，只有签发服务知道。',
  },
  other_catalogue: {
    en: 'Its routes are numbers of another list than that of --routes, which is older or not whole.',
    zh: '令牌中的路由编号属于另一份列表，--routes 的列表较旧或不完整。',
  },
  not_in_token: {
    en: 'The right is there, and not in the token: it was narrowed, or it is older.',
    zh: '权限存在，但不在令牌中：令牌被收窄，或签发较早。',
  },
} satisfies Texts

export const EXPLAINED = {
  also: { en: 'would match, too: {routes}', zh: '也会匹配：{routes}' },
  perhaps: { en: 'may come first: {routes}', zh: '可能优先：{routes}' },
  methods: { en: 'there with: {methods}', zh: '可用方法：{methods}' },
  open: { en: 'everybody may call it', zh: '任何人都可调用' },
  connected: { en: '{instance} is connected, at {places}', zh: '{instance} 已连接，位于 {places}' },
  gone: { en: '{instance} is away since {time}', zh: '{instance} 自 {time} 起离线' },
  place: { en: 'epoch {epoch}, offset {offset}', zh: '纪元 {epoch}，偏移 {offset}' },
  unplaced: { en: 'no place yet', zh: '尚无位置' },
  kid: { en: 'the token names {kid}', zh: '令牌所指为 {kid}' },
  keys: { en: 'the service has {keys}', zh: '服务持有 {keys}' },
  given: { en: 'the file has {keys}', zh: '文件中有 {keys}' },
  granted: { en: 'the token has {grants}', zh: '令牌中有 {grants}' },
  received: { en: 'received {received}', zh: '收到 {received}' },
  expected: { en: 'expected {expected}', zh: '应为 {expected}' },
  times: {
    en: 'issued {issued}, ends {ends}, now {now}',
    zh: '签发于 {issued}，结束于 {ends}，现在 {now}',
  },
  entry: { en: 'entry {kind} {about}, at {place}', zh: '条目 {kind} {about}，位于 {place}' },
  by: {
    en: 'by {sub} at {time}, because of {reason} (audit record {record})',
    zh: '由 {sub} 于 {time} 执行，原因 {reason}（审计记录 {record}）',
  },
  request: { en: 'in the request {id}', zh: '请求 {id}' },
  applied: { en: 'applied by {instances}', zh: '已应用：{instances}' },
  notApplied: {
    en: 'not yet applied by {instances}, which still take it',
    zh: '尚未应用：{instances}，它们仍会接受该令牌',
  },
  signedAt: { en: 'signed at {place}', zh: '签发位置 {place}' },
  behind: { en: 'behind: {instances}', zh: '落后：{instances}' },
  grant: { en: 'by {grant} in the token', zh: '凭令牌中的 {grant}' },
  nearest: { en: 'nearest: {source}', zh: '最接近：{source}' },
  wouldOpen: { en: 'role {role} would open it: {grant}', zh: '角色 {role} 可打开它：{grant}' },
  token: {
    en: 'Token {jti} of {sub}, for {client}{session}.',
    zh: '令牌 {jti}，主体 {sub}，客户端 {client}{session}。',
  },
  session: { en: ', session {sid}', zh: '，会话 {sid}' },
} satisfies Texts
