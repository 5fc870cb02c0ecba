/** What can be wrong with a command line. */
import type { Faults, Texts } from './text.ts'

export const COMMAND_LINE = {
  didYouMean: { en: 'Did you mean {name}?', zh: '是否想输入 {name}？' },
  seeHelp: {
    en: 'latchkey {command} --help shows how it is used.',
    zh: 'latchkey {command} --help 显示用法。',
  },
  askPassword: { en: 'Password: ', zh: '密码：' },
  askAgain: { en: 'Once more: ', zh: '再输入一次：' },
  storeUnavailable: {
    en: '{what}{why}. Does the database run, and is its address right?',
    zh: '{what}{why}。请检查数据库是否在运行，地址是否正确。',
  },
} satisfies Texts

export const COMMAND_LINE_FAULTS = {
  unknownCommand: {
    code: 'unknown-command',
    exit: 'usage',
    en: 'There is no command {command}.',
    zh: '没有命令 {command}。',
  },
  unknownOption: {
    code: 'unknown-option',
    exit: 'usage',
    en: '{command} has no option {option}.',
    zh: '{command} 没有选项 {option}。',
  },
  optionWithoutValue: {
    code: 'option-without-value',
    exit: 'usage',
    en: '{option} needs a value.',
    zh: '{option} 需要一个值。',
  },
  optionWithValue: {
    code: 'option-with-value',
    exit: 'usage',
    en: '{option} takes no value.',
    zh: '{option} 不接受值。',
  },
  unknownChoice: {
    code: 'unknown-choice',
    exit: 'usage',
    en: '{command}: {option} is {received}, and must be one of {expected}.',
    zh: '{command}：{option} 为 {received}，必须是 {expected} 之一。',
  },
  missingArgument: {
    code: 'missing-argument',
    exit: 'usage',
    en: '{command} needs {argument}.',
    zh: '{command} 需要 {argument}。',
  },
  oneOfTwo: {
    code: 'one-of-two',
    exit: 'usage',
    en: '{command} needs either {one} or {other}.',
    zh: '{command} 需要 {one} 或 {other} 之一。',
  },
  tooManyArguments: {
    code: 'too-many-arguments',
    exit: 'usage',
    en: '{command} does not take {argument}.',
    zh: '{command} 不接受 {argument}。',
  },
  needsYes: {
    code: 'no-terminal-to-ask',
    exit: 'usage',
    en: 'There is no terminal to ask: use --yes.',
    zh: '没有可以询问的终端：请使用 --yes。',
  },
  noTerminal: {
    code: 'no-terminal-for-password',
    exit: 'usage',
    en: 'There is no terminal to ask for the password: use --password-stdin.',
    zh: '没有终端可询问密码：请使用 --password-stdin。',
  },
  passwordsDiffer: {
    code: 'passwords-differ',
    exit: 'failed',
    en: 'The two passwords are not the same.',
    zh: '两次输入的密码不同。',
  },
  passwordEmpty: {
    code: 'password-empty',
    exit: 'failed',
    en: 'The password is empty.',
    zh: '密码为空。',
  },
  passwordLines: {
    code: 'password-lines',
    exit: 'usage',
    en: 'Standard input has {count} lines. The password is one line, and nothing else.',
    zh: '标准输入有 {count} 行。应只有一行，即密码。',
  },
  cancelled: { code: 'cancelled', exit: 'failed', en: 'Cancelled.', zh: '已取消。' },
} satisfies Faults
