import type { Kind } from './kinds.ts'
import type { Scalar } from './located.ts'

/** One declared setting. The manual, the schema, the messages and the environment names all come from these. */
export interface Field<T = unknown> {
  readonly kind: Kind<T>
  /** Sentences for the manual. */
  readonly description: string
  /** The value must be given. */
  readonly required?: true
  /** What holds when it is not given: as it would be written, and read by the same rules. */
  readonly fallback?: Scalar | readonly string[]
  /**
   * The value is never shown, and three names give it: NAME itself, NAME_file (a path) and NAME_env (the name of an
   * environment variable).
   */
  readonly secret?: true
}

export type Fields = Readonly<Record<string, Field>>

/** The values that fields give: never undefined when required or when there is a fallback. */
export type Values<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T>
    ? F[K] extends { required: true } | { fallback: unknown }
      ? T
      : T | undefined
    : never
}

export function required<T>(kind: Kind<T>, description: string) {
  return { kind, description, required: true } as const
}

export function optional<T>(kind: Kind<T>, description: string) {
  return { kind, description } as const
}

export function withDefault<T>(
  kind: Kind<T>,
  fallback: Scalar | readonly string[],
  description: string,
) {
  return { kind, description, fallback } as const
}

export function secret<T>(kind: Kind<T>, description: string) {
  return { kind, description, secret: true } as const
}

/** The names under which a field may stand in a group of the file. */
export function namesOf(name: string, field: Field): string[] {
  return field.secret === true ? [name, `${name}_file`, `${name}_env`] : [name]
}
