import type { Helps, Texts } from './text.ts'

export const START_HELP = {
  run: {
    summary: { en: 'run the issuer', zh: '运行签发服务' },
    text: {
      en: 'Runs the issuer with the settings of latchkey.yaml or of the file given, until it is stopped by Ctrl-C or SIGTERM. Logs are JSON lines on standard output.',
      zh: '按 latchkey.yaml 或指定文件中的设置运行签发服务，直到按下 Ctrl-C 或收到 SIGTERM。日志以 JSON 行写到标准输出。',
    },
  },
} satisfies Helps

export const START = {
  started: {
    en: 'The issuer runs at {issuer}. Ctrl-C stops it.',
    zh: '签发服务已在 {issuer} 启动。按 Ctrl-C 停止。',
  },
  startedElsewhere: {
    en: 'The issuer runs at {issuer} (it listens at {address}). Ctrl-C stops it.',
    zh: '签发服务已在 {issuer} 启动（在 {address} 上监听）。按 Ctrl-C 停止。',
  },
} satisfies Texts
