import type { Located } from '../settings/located.ts'

/** Where something stands in a file: `latchkey.yaml:12:5 users[2].roles[0]`. */
export type PlaceOf = (where: string) => string

/** Leads from a place in a declaration to its line. What the file does not have is at the nearest thing around it. */
export function placesOf(root: Located): PlaceOf {
  const places = new Map<string, string>()
  collect(root, places)
  return (where) => {
    for (let path = plainPath(where); path !== ''; path = path.replace(LAST_STEP, '')) {
      const place = places.get(path)
      if (place !== undefined) return `${place} ${where}`
    }
    return where
  }
}

/** `at` is the place and the path, with a space between: settings/parse-yaml.ts. */
function collect(found: Located, places: Map<string, string>): void {
  note(found.at, places)
  if (found.kind === 'list') for (const item of found.items) collect(item, places)
  if (found.kind !== 'group') return
  for (const { keyAt, value } of found.entries.values()) {
    collect(value, places)
    note(keyAt, places)
  }
}

function note(at: string, places: Map<string, string>): void {
  const space = at.indexOf(' ')
  if (space !== -1) places.set(at.slice(space + 1), at.slice(0, space))
}

/** `roles[0].grants["https://a.example"][1], character 4` stands at `roles[0].grants.https://a.example[1]`. */
function plainPath(where: string): string {
  return where.replace(/\["([^"]*)"\]/g, '.$1').replace(/, .*$/, '')
}

const LAST_STEP = /(?:\.[^.[\]]*|\[\d+\]|[^.[\]]+)$/
