/** Names that look the same: Unicode Technical Standard 39, section 4. */
import { createHash } from 'node:crypto'
import confusables from 'unhomoglyph/data.json' with { type: 'json' }
import { fold } from './username.ts'

let shapes: ReadonlyMap<string, string> | undefined
const DRAWN_AS_NOTHING = /\p{Default_Ignorable_Code_Point}/gu

/** The shape that stands for each character that looks like another one: 6,300, which a start does without. */
function shapeOf(char: string): string {
  shapes ??= new Map(Object.entries(confusables))
  return shapes.get(char) ?? char
}

/** Two texts with one skeleton can be taken for each other. It is for comparing only: `m` becomes `rn`. */
export function skeleton(text: string): string {
  const visible = text.normalize('NFD').replace(DRAWN_AS_NOTHING, '')
  return Array.from(visible, shapeOf).join('').normalize('NFD')
}

/**
 * What a user name looks like, as it is entered and as it is compared: `PayPaI` looks like `paypal` in its own spelling only.
 * Names that share one of these keys are look-alikes. They are digests, because a skeleton has no bound that an index would
 * hold.
 */
export function lookKeys(username: string): string[] {
  const looks = [username.normalize('NFKC'), fold(username)].map((form) => fold(skeleton(form)))
  return [...new Set(looks)].map((look) => createHash('sha256').update(look).digest('base64url'))
}
