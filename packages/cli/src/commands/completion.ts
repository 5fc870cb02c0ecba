import { CliError } from '../cli-error.ts'
import { type CommandGroup, command } from '../command.ts'
import { bashCompletion } from '../completion/bash-completion.ts'
import { completionTree } from '../completion/completion-tree.ts'
import { fishCompletion } from '../completion/fish-completion.ts'
import { zshCompletion } from '../completion/zsh-completion.ts'
import { COMMAND_LINE_FAULTS } from '../messages/command-line.ts'
import { COMPLETION_HELP } from '../messages/completion.ts'
import { COMMON_OPTIONS } from '../parse-command-line.ts'

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion }

/** `groups` gives all commands, this one among them. */
export const completion = (groups: () => readonly CommandGroup[]) =>
  command({
    name: 'completion',
    help: COMPLETION_HELP.run,
    arguments: ['SHELL'],
    examples: [
      'eval "$(latchkey completion bash)"',
      'latchkey completion zsh > ~/.zfunc/_latchkey',
      'latchkey completion fish > ~/.config/fish/completions/latchkey.fish',
    ],
    run: async (context) => {
      const [shell] = context.arguments
      const script = Object.entries(SHELLS).find(([name]) => name === shell)?.[1]
      if (script === undefined) {
        throw new CliError(COMMAND_LINE_FAULTS.unknownChoice, {
          command: 'completion',
          option: 'SHELL',
          received: shell,
          expected: Object.keys(SHELLS).join(', '),
        })
      }
      const places = completionTree(groups(), COMMON_OPTIONS, context.say)
      context.terminal.stdout.write(script(places))
    },
  })
