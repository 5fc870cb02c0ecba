import type { Helps } from './text.ts'

export const COMPLETION_HELP = {
  run: {
    summary: { en: 'print a script that completes commands', zh: '输出用于补全命令的脚本' },
    text: {
      en: 'Prints a script for your shell that completes commands, options and their values when Tab is pressed. It holds everything it needs: no program starts, and nothing is asked over the network.',
      zh: '输出供 shell 使用的脚本，按 Tab 键时补全命令、选项及其值。脚本自身包含所需的一切：不启动程序，也不访问网络。',
    },
  },
} satisfies Helps
