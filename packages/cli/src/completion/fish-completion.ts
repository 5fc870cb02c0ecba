import type { Choice, Place } from './completion-tree.ts'

/** A script for fish, with the meaning of each word. */
export function fishCompletion(places: readonly Place[]): string {
  return `# Completion of latchkey for fish: latchkey completion fish | source
function __latchkey_at
  set -l command ''
  for word in (commandline -opc)[2..]
    switch "$command $word"
      case ${places
        .slice(1)
        .map(({ at }) => quoted(at))
        .join(' ')}
        set command "$command $word"
      case '*'
        break
    end
  end
  test "$command" = "$argv[1]"
end
complete -c latchkey -e
complete -c latchkey -f
${places.flatMap(lines).join('\n')}
`
}

function lines({ at, choices, values, paths }: Place): string[] {
  const condition = `complete -c latchkey -n ${quoted(`__latchkey_at ${quoted(at)}`)}`
  const words = choices.map(({ word, meaning }: Choice) => {
    const description = `-d ${quoted(meaning)}`
    if (!word.startsWith('--')) return `${condition} -a ${quoted(word)} ${description}`
    return `${condition} -l ${word.slice(2)}${offeredFor(values.get(word))} ${description}`
  })
  return paths === undefined ? words : [...words, `${condition}${PATHS[paths]}`]
}

const PATHS = { file: ' -F', folder: ` -a ${quoted('(__fish_complete_directories)')}` }

function offeredFor(value: ReturnType<Place['values']['get']>): string {
  if (value === undefined) return ''
  if (value === 'free') return ' -x'
  if (value === 'file') return ' -r -F'
  if (value === 'folder') return ` -x -a ${quoted('(__fish_complete_directories)')}`
  return ` -x -a ${quoted(value.join(' '))}`
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
