/** Why a request of an id was refused: docs/operate/explain.md. */
import type { Texts } from './text.ts'

export const REFUSED = {
  issuer: { en: 'The issuer refused it: {status} {code}', zh: '签发服务拒绝了它：{status} {code}' },
  service: { en: '{service} refused it: {status}', zh: '{service} 拒绝了它：{status}' },
  request: { en: '{request} at {time}', zh: '{request}，时间 {time}' },
  caller: { en: 'called by {who}', zh: '调用者 {who}' },
  token: { en: 'the token said: {names}', zh: '令牌自称：{names}' },
  verifier: {
    en: 'verifier {instance} was at {places}, with a lease for {seconds} s',
    zh: '验证器 {instance} 当时位于 {places}，租约剩余 {seconds} 秒',
  },
  place: { en: 'epoch {epoch}, offset {offset}', zh: '纪元 {epoch}，偏移 {offset}' },
  nobody: {
    en: 'Nobody who was asked remembers a refused request of this id.',
    zh: '被询问者都不记得此编号的被拒请求。',
  },
  notAsked: { en: 'These said nothing:', zh: '以下没有回答：' },
  silent: { en: '{instance} of {service}: {reason}', zh: '{service} 的 {instance}：{reason}' },
} satisfies Texts

/** Why a verifier said nothing. */
export const REFUSED_SILENCE = {
  away: { en: 'it is not connected', zh: '未连接' },
  silent: { en: 'it did not answer within a second', zh: '一秒内未回答' },
  other_process: {
    en: 'it is connected to another issuer process, which said nothing',
    zh: '它连接在另一个没有回答的签发进程上',
  },
} satisfies Texts
