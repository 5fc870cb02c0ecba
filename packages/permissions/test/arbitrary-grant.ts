import fc from 'fast-check'

/** Texts that follow grammar.ebnf, built from its parts, and the same parts with other names of parameters. */

const name = fc.stringMatching(/^[A-Za-z0-9_]{1,8}$/)
const text = fc.stringMatching(/^(?:[A-Za-z0-9_~!$&'+,;=@%-]|::){1,6}$/)
const expression = fc.constantFrom('(^\\d+$)', '(a|b)', '((?:on|off))', '(\\))', '([a-f]{2})')

const parameter = name.map((n) => `:${n}`)
const segment = fc.oneof(
  text,
  parameter,
  fc.tuple(text, parameter).map((parts) => parts.join('')),
  fc.tuple(parameter, expression).map((parts) => parts.join('')),
  fc.tuple(parameter, fc.constantFrom('.', '-'), parameter).map((parts) => parts.join('')),
  fc.tuple(parameter, expression, text, parameter).map((parts) => parts.join('')),
)

/** A pattern without wildcard, as a router could declare it. */
export const routePattern = fc
  .tuple(fc.array(segment, { minLength: 1, maxLength: 5 }), fc.constantFrom('', '/', '/:last?'))
  .map(([segments, end]) => `/${segments.join('/')}${end}`)

export const method = fc.constantFrom('GET', 'POST', 'DELETE', 'M-SEARCH')

export const grantText = fc
  .tuple(fc.oneof(method, fc.constant('*')), routePattern, fc.constantFrom('', '/*'))
  .map(
    ([verb, pattern, end]) =>
      `${verb} ${end ? pattern.replace(/\/(:last\?)?$/, '') : pattern}${end}`,
  )

/** Grants and routes over few words, so that they meet often. */
const word = fc.constantFrom('a', 'b', ':x', ':y', ':x(1)', 'a-:x')
export const crowdedRoute = fc
  .array(word, { minLength: 1, maxLength: 4 })
  .map((words) => `/${words.join('/')}`)
export const crowdedGrant = fc
  .tuple(fc.constantFrom('GET', 'POST', '*'), crowdedRoute, fc.constantFrom('', '/*'))
  .map(([verb, pattern, end]) => `${verb} ${pattern}${end}`)
