import type { Exit } from '../exit-codes.ts'

/** One text in every language that the command speaks. Names in braces are filled in: `{user}`. */
export interface Text {
  readonly en: string
  readonly zh: string
}

export type Texts = Readonly<Record<string, Text>>

/** What the help says of commands, by any name. */
export type Helps = Readonly<Record<string, CommandHelp>>

export interface CommandHelp {
  /** One line for lists: lower case, no full stop. */
  readonly summary: Text
  /** Whole sentences for the help of the command. */
  readonly text: Text
}

/** An error of the command: its text says what was received, what was expected and what to do. */
export interface Fault extends Text {
  /** Stable, kebab-case. */
  readonly code: string
  readonly exit: Exit
}

export type Faults = Readonly<Record<string, Fault>>

export type Params = Readonly<Record<string, string | number>>

/** A text in the language of the terminal. */
export type Say = (text: Text, params?: Params) => string

/** POSIX: the first of LC_ALL, LC_MESSAGES and LANG that is set decides; every kind of Chinese gets the one there is. */
export function sayIn(env: Readonly<Record<string, string | undefined>>): Say {
  const language = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || ''
  const member = /^zh([_.-]|$)/i.test(language) ? 'zh' : 'en'
  return (text, params = {}) =>
    text[member].replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''))
}
