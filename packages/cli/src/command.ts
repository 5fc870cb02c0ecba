import type { Exit } from './exit-codes.ts'
import type { CommandHelp, Say, Text } from './messages/text.ts'

/** What a command sees of the world: the process, or stand-ins of a test. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly stdin: NodeJS.ReadableStream & { isTTY?: boolean; setRawMode?(on: boolean): unknown }
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean }
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean }
  /** Wall clock in milliseconds. */
  now(): number
  /** Absent: the time zone of the machine. */
  readonly timeZone?: string
}

/** An option of a command, `--name`. */
export interface Option {
  readonly text: Text
  /** What its value is called in the help: `FILE`. Absent: a switch. */
  readonly value?: string
  /** May be given several times: its value is a list. */
  readonly many?: true
  /** Without it the command does not run. */
  readonly required?: true
  /** The only values that are understood. */
  readonly choices?: readonly string[]
  /** What completions offer for the value; absent: the choices, or nothing. */
  readonly completes?: 'file' | 'folder'
}

export type Options = Readonly<Record<string, Option>>

type Word<O extends Option> = O extends { choices: readonly (infer Choice)[] } ? Choice : string

type OptionValue<O extends Option> = O extends { value: string }
  ? O extends { many: true }
    ? readonly Word<O>[]
    : O extends { required: true }
      ? Word<O>
      : Word<O> | undefined
  : boolean

/** `[NAME]` may be missing, `NAME...` is one or more and `[NAME...]` any number; those two come last. */
type ArgumentValue<Name> = Name extends `${string}...` | `[${string}...]`
  ? readonly string[]
  : Name extends `[${string}]`
    ? string | undefined
    : string

/** What every command has at hand, and what helpers take. */
export interface Context {
  readonly terminal: Terminal
  readonly say: Say
  /** The options that every command understands. */
  readonly common: {
    readonly json: boolean
    readonly 'data-dir'?: string
  }
  /** A line on standard output. */
  print(line: string): void
  printJson(value: unknown): void
}

/** The same with the arguments and options of one command. */
export interface CommandContext<A extends readonly string[], O extends Options> extends Context {
  readonly arguments: { readonly [Index in keyof A]: ArgumentValue<A[Index]> }
  readonly options: { readonly [Name in keyof O]: OptionValue<O[Name]> }
}

/** What a command says of itself. */
interface Facts {
  /** Without `latchkey`: `users add`. */
  readonly name: string
  readonly help: CommandHelp
  /** Whole command lines, the same in every language. */
  readonly examples: readonly string[]
}

/** How a command ended; undefined: `ok`; `running`: the process goes on by itself. */
export type Ended = Exit | 'running' | undefined

interface Definition<A extends readonly string[], O extends Options> extends Facts {
  /** Names as the help shows them: `['USER', '[GROUP...]']`. */
  readonly arguments?: A
  readonly options?: O
  /** Throws CliError when it cannot do what was asked. */
  run(context: CommandContext<A, O>): Promise<Ended> | Promise<void>
}

/** The arguments and options of one command line, as its command has declared them. */
export interface Input extends Pick<Context, 'common'> {
  readonly arguments: readonly (string | undefined | readonly string[])[]
  readonly options: Readonly<Record<string, string | boolean | undefined | readonly string[]>>
}

/** A command of whatever arguments and options. */
export interface Command extends Facts {
  readonly arguments: readonly string[]
  readonly options: Options
  run(context: Context & Input): Promise<Ended>
}

/** Commands that share their first word, or that have one of their own (`name` is empty). */
export interface CommandGroup {
  readonly name: string
  readonly title: Text
  readonly commands: readonly Command[]
}

/** Declares a command; `run` gets its arguments and options with their types. */
export function command<
  const A extends readonly string[] = readonly [],
  const O extends Options = Record<never, Option>,
>(definition: Definition<A, O>): Command {
  const { run, ...facts } = definition
  return {
    arguments: [],
    options: {},
    ...facts,
    // The parser has made arguments and options from these very declarations.
    run: async (context) => (await run(context as unknown as CommandContext<A, O>)) ?? undefined,
  }
}
