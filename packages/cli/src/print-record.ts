import type { Context } from './command.ts'
import type { Text } from './messages/text.ts'
import { definition, printable, widthOf } from './text-width.ts'

/** A row of what is shown of one thing; several texts have a line each, none leaves the row out. */
export type Fact = readonly [title: Text, value: string | undefined | readonly string[]]

/** Name and value in two columns. */
export function printFacts(facts: readonly Fact[], { say, print }: Context): void {
  const shown = facts
    .map(([title, value]) => ({
      name: say(title),
      texts: value === undefined ? [] : [value].flat(),
    }))
    .filter(({ texts }) => texts.some((text) => text !== ''))
  const width = Math.max(0, ...shown.map(({ name }) => widthOf(name)))
  for (const { name, texts } of shown) {
    for (const [index, text] of texts.entries()) {
      print(definition(index === 0 ? name : '', printable(text), 0, width))
    }
  }
}
