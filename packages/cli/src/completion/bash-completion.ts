import type { Place } from './completion-tree.ts'

/** A script for bash 4.4 or newer. Everything is in it: pressing Tab starts no program. */
export function bashCompletion(places: readonly Place[]): string {
  return `# Completion of latchkey for bash: eval "$(latchkey completion bash)"
_latchkey() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command='' words='' i
  # Readline splits --option=value at the sign.
  if [[ $cur == = ]]; then cur=''
  elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command \${COMP_WORDS[i]}" in
      ${places
        .slice(1)
        .map(({ at }) => quoted(at))
        .join('|')})
        command="$command \${COMP_WORDS[i]}" ;;
      *) break ;;
    esac
  done
  case "$command $prev" in
${places.flatMap(valueCases).join('\n')}
  esac
  case "$command" in
${places.map(wordCase).join('\n')}
  esac
  if [[ $cur != -* ]]; then
    case "$command" in
${places.flatMap(pathCases).join('\n')}
    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _latchkey latchkey
`
}

function valueCases({ at, values }: Place): string[] {
  return [...values].map(([option, value]) => {
    const pattern = quoted(`${at} ${option}`)
    if (value === 'free') return `    ${pattern}) return ;;`
    if (value === 'file' || value === 'folder') return `    ${pattern}) ${pathsFor(value)} ;;`
    const words = quoted(value.join(' '))
    return `    ${pattern}) mapfile -t COMPREPLY < <(compgen -W ${words} -- "$cur"); return ;;`
  })
}

function pathCases({ at, paths }: Place): string[] {
  return paths === undefined ? [] : [`      ${quoted(at)}) ${pathsFor(paths)} ;;`]
}

function pathsFor(kind: 'file' | 'folder'): string {
  const flag = kind === 'file' ? '-f' : '-d'
  return `compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen ${flag} -- "$cur"); return`
}

function wordCase({ at, choices }: Place): string {
  return `    ${quoted(at)}) words=${quoted(choices.map(({ word }) => word).join(' '))} ;;`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
