/**
 * Phrases that stand in most sessions, each of which becomes one control character there: they take up half of the room
 * otherwise (docs/adr/0007). A place is for ever, because sessions outlive an upgrade: new phrases go to the end, and at
 * most 31 fit. Where one phrase begins like another, the longer one stands first.
 */
const PHRASES = [
  'Mozilla/5.0 (',
  'Macintosh; Intel Mac OS X 10_15_7',
  'Windows NT 10.0; Win64; x64',
  'X11; Linux x86_64',
  'Linux; Android 1',
  'iPhone; CPU iPhone OS ',
  ' like Mac OS X',
  ') AppleWebKit/537.36 (KHTML, like Gecko) Chrome/',
  ') AppleWebKit/605.1.15 (KHTML, like Gecko) Version/',
  '.0.0.0 ',
  ' Safari/537.36',
  ' Safari/605.1.15',
  ' Mobile',
  ' Edg/',
  ') Gecko/20100101 Firefox/',
  '["urn:latchkey:acr:password",["pwd"]]',
  '["urn:latchkey:acr:mfa",["pwd","otp"]]',
  'urn:latchkey:acr:password',
  'urn:latchkey:acr:mfa',
  'openid',
  ' profile',
  ' email',
  ' offline_access',
  'https://',
] as const

const CODES = new Map<string, string>(
  PHRASES.map((phrase, place) => [phrase, String.fromCharCode(place + 1)]),
)
const ANY_PHRASE = new RegExp(
  PHRASES.map((phrase) => phrase.replaceAll(/[.()[\]]/g, '\\$&')).join('|'),
  'g',
)
const ANY_CODE = new RegExp(`[\\x01-\\x${PHRASES.length.toString(16)}]`, 'g')

/** A value as short JSON. JSON itself never holds a control character, so no text can be taken for a phrase. */
export function packJson(value: unknown): string {
  return JSON.stringify(value).replace(ANY_PHRASE, (phrase) => CODES.get(phrase) ?? phrase)
}

export function unpackJson(text: string) {
  return JSON.parse(unpackPhrases(text))
}

export function unpackPhrases(text: string): string {
  return text.replace(ANY_CODE, (code) => PHRASES[code.charCodeAt(0) - 1] ?? code)
}
