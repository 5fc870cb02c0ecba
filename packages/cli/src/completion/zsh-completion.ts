import type { Choice, Place } from './completion-tree.ts'

/** A script for zsh, with the meaning of each word. */
export function zshCompletion(places: readonly Place[]): string {
  return `#compdef latchkey
# Completion of latchkey for zsh: eval "$(latchkey completion zsh)" after compinit, or as a file _latchkey in $fpath
_latchkey() {
  local command='' i
  local -a found
  for ((i = 2; i < CURRENT; i++)); do
    case "$command \${words[i]}" in
      ${places
        .slice(1)
        .map(({ at }) => quoted(at))
        .join('|')})
        command="$command \${words[i]}" ;;
      *) break ;;
    esac
  done
  case "$command \${words[CURRENT-1]}" in
${places.flatMap(valueCases).join('\n')}
  esac
  case "$command" in
${places.map(wordCase).join('\n')}
  esac
  _describe -V latchkey found
}
if [[ \${funcstack[1]} == _latchkey ]]; then _latchkey "$@"; else compdef _latchkey latchkey; fi
`
}

function valueCases({ at, values }: Place): string[] {
  return [...values].map(([option, value]) => {
    const pattern = quoted(`${at} ${option}`)
    if (value === 'free') return `    ${pattern}) return ;;`
    if (value === 'file') return `    ${pattern}) _files; return ;;`
    if (value === 'folder') return `    ${pattern}) _files -/; return ;;`
    return `    ${pattern}) compadd -- ${value.map(quoted).join(' ')}; return ;;`
  })
}

function wordCase({ at, choices }: Place): string {
  return `    ${quoted(at)}) found=(${choices.map(described).join(' ')}) ;;`
}

/** A colon divides word and meaning. */
function described({ word, meaning }: Choice): string {
  return quoted(`${word.replaceAll(':', '\\:')}:${meaning.replaceAll(':', '\\:')}`)
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
