import { EN } from './en.ts'
import { ZH_CN } from './zh-cn.ts'

export type MessageKey = keyof typeof EN
export type Messages = Readonly<Record<MessageKey, string>>

/** A text in the language of the terminal. */
export type Say = (key: MessageKey, params?: Readonly<Record<string, string | number>>) => string

/** POSIX: the first of LC_ALL, LC_MESSAGES and LANG that is set decides. */
export function sayIn(env: Readonly<Record<string, string | undefined>>): Say {
  const language = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || ''
  const messages: Messages = /^zh([_.-]|$)/i.test(language) ? ZH_CN : EN
  return (key, params = {}) =>
    messages[key].replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''))
}
