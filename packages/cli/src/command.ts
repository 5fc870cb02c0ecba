import type { MessageKey, Say } from './messages/messages.ts'

/** What a command sees of the world: the process, or stand-ins of a test. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly stdin: NodeJS.ReadableStream & { isTTY?: boolean; setRawMode?(on: boolean): unknown }
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean }
  /** Wall clock in milliseconds. */
  now(): number
  /** Absent: the time zone of the machine. */
  readonly timeZone?: string
}

export type OptionName =
  | 'help'
  | 'json'
  | 'data-dir'
  | 'config'
  | 'user'
  | 'name'
  | 'email'
  | 'role'
  | 'password-stdin'
  | 'no-password'
  | 'service'
  | 'issuer'
  | 'keys'
  | 'seed'
  | 'wait'
  | 'client'
  | 'all'
  | 'before'
  | 'yes'

/** What the value of an option is called in the help; absent: a switch. */
export const OPTION_VALUES: Readonly<Partial<Record<OptionName, string>>> = {
  'data-dir': 'DIR',
  config: 'FILE',
  user: 'USER',
  name: 'TEXT',
  email: 'ADDRESS',
  role: 'NAME',
  service: 'AUDIENCE',
  issuer: 'URL',
  keys: 'FILE',
  seed: 'NUMBER',
  client: 'ID',
  before: 'TIME',
}

/** The parsed command line of one command. */
export interface Input {
  readonly argument?: string
  readonly values: Readonly<Partial<Record<OptionName, string>>>
  readonly roles: readonly string[]
  has(option: OptionName): boolean
}

export interface Context {
  readonly terminal: Terminal
  readonly input: Input
  readonly say: Say
  /** A line on standard output. */
  print(line: string): void
  printJson(value: unknown): void
}

export type CommandName =
  | 'start'
  | 'sessions list'
  | 'sessions end'
  | 'verifiers list'
  | 'doctor'
  | 'keys list'
  | 'keys rotate'
  | 'keys retire'
  | 'users add'
  | 'users disable'
  | 'users enable'
  | 'users passwd'
  | 'users remove-code'
  | 'users remove'
  | 'clients disable'
  | 'clients enable'
  | 'services disable'
  | 'services enable'
  | 'token decode'
  | 'token verify'
  | 'chaos'

export interface Command {
  readonly name: CommandName
  /** Name of the argument, in brackets when it may be missing: `[TOKEN]`. */
  readonly argument?: string
  readonly options: readonly OptionName[]
  /** What the help says of an option that means something else here than elsewhere. */
  readonly optionTexts?: Readonly<Partial<Record<OptionName, MessageKey>>>
  /** Whole command lines, the same in every language. */
  readonly examples: readonly string[]
  run(context: Context): Promise<void>
}
