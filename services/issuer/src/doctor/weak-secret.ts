/** Words of examples, which nobody has drawn at random. */
const WORDS = /secret|passw|change-?me|example|latchkey|12345|qwert|default|sample/i
/** Of 32 random digits fewer than this are different once in fifty thousand secrets, and in other alphabets never. */
const FEWEST_CHARACTERS = 7
/** Of 64 random hexadecimal digits so many stand in it twice once in two million secrets. */
const REPEATED = 8

/** Whether a client secret looks as if somebody had made it up, or copied it from an example. */
export function isWeakSecret(secret: string): boolean {
  if (new Set(secret).size < FEWEST_CHARACTERS || WORDS.test(secret)) return true
  const seen = new Set<string>()
  for (let at = 0; at + REPEATED <= secret.length; at++) {
    const part = secret.slice(at, at + REPEATED)
    if (seen.has(part)) return true
    seen.add(part)
  }
  return false
}
