/** What a kind of value is to an editor: JSON Schema draft-07, which is what the YAML language server reads. */
export type JsonSchema = Readonly<Record<string, unknown>>

export const TEXT = { type: 'string' } as const satisfies JsonSchema
