import type { Choice, Place } from './completion-tree.ts'

/** A script for zsh, with the meaning of each word. */
export function zshCompletion(places: readonly Place[]): string {
  return `#compdef latchkey
# Completion of latchkey for zsh: eval "$(latchkey completion zsh)" after compinit, or as a file _latchkey in $fpath
_latchkey() {
  local command='' previous=\${words[CURRENT-1]} i
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
  if [[ $PREFIX == --*=* ]]; then
    previous=\${PREFIX%%=*}
    compset -P '*='
  fi
  case "$command $previous" in
${places.flatMap(valueCases).join('\n')}
  esac
  case "$command" in
${places.map(wordCase).join('\n')}
  esac
  if [[ $PREFIX != -* ]]; then
    case "$command" in
${places.flatMap(pathCases).join('\n')}
    esac
  fi
  _describe -V latchkey found
}
if [[ \${funcstack[1]} == _latchkey ]]; then _latchkey "$@"; else compdef _latchkey latchkey; fi
`
}

function valueCases({ at, values }: Place): string[] {
  return [...values].map(([option, value]) => {
    const pattern = quoted(`${at} ${option}`)
    if (value === 'free') return `    ${pattern}) return ;;`
    if (value === 'file' || value === 'folder') return `    ${pattern}) ${pathsFor(value)} ;;`
    return `    ${pattern}) compadd -- ${value.map(quoted).join(' ')}; return ;;`
  })
}

function pathCases({ at, paths }: Place): string[] {
  return paths === undefined ? [] : [`      ${quoted(at)}) ${pathsFor(paths)} ;;`]
}

function pathsFor(kind: 'file' | 'folder'): string {
  return kind === 'file' ? '_files; return' : '_files -/; return'
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
