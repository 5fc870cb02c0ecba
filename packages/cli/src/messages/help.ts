/** The frame of the help, and the options that every command has. */
import type { Texts } from './text.ts'

export const COMMON = {
  json: { en: 'print JSON for programs', zh: '输出供程序使用的 JSON' },
  dataDir: {
    en: 'data folder of the issuer (default: LATCHKEY_DATA_DIR or .latchkey)',
    zh: '签发服务的数据目录（默认：LATCHKEY_DATA_DIR 或 .latchkey）',
  },
  help: { en: 'show this help', zh: '显示此帮助' },
} satisfies Texts

export const HELP = {
  version: { en: 'show the version', zh: '显示版本' },
  about: {
    en: 'The command line of the Latchkey single sign-on service.',
    zh: 'Latchkey 单点登录服务的命令行工具。',
  },
  usage: { en: 'Usage:', zh: '用法：' },
  commands: { en: 'Commands:', zh: '命令：' },
  options: { en: 'Options:', zh: '选项：' },
  examples: { en: 'Examples:', zh: '示例：' },
  exitCodes: { en: 'Exit codes:', zh: '退出码：' },
  more: {
    en: 'latchkey COMMAND --help says more about a command.',
    zh: 'latchkey COMMAND --help 显示某个命令的详细说明。',
  },
  exitOk: { en: 'done; the token is good', zh: '已完成；令牌有效' },
  exitFailed: { en: 'refused or not found; the token is not good', zh: '被拒绝或未找到；令牌无效' },
  exitUsage: {
    en: 'the command line or the settings are wrong; nothing was tried',
    zh: '命令行或设置有误；未执行任何操作',
  },
  exitUnavailable: {
    en: 'the issuer cannot be reached or is not ready; try again',
    zh: '无法连接签发服务或服务未就绪；请重试',
  },
  exitDenied: { en: 'the credentials of this command are refused', zh: '此命令的凭据被拒绝' },
  exitDifferent: { en: 'compared, and there are differences', zh: '已比较，存在差异' },
  credentials: {
    en: 'Commands that speak to an issuer take its address and their credentials from cli.json in the data folder, which an issuer on the same machine writes, or from LATCHKEY_CLI_ISSUER, LATCHKEY_CLI_CLIENT_ID and LATCHKEY_CLI_CLIENT_SECRET (or LATCHKEY_CLI_CLIENT_SECRET_FILE); LATCHKEY_CLI_ISSUER_ADDRESS when it is reached by another address than its public one.',
    zh: '需要与签发服务通信的命令从数据目录中的 cli.json 读取地址和凭据（由同一台机器上的签发服务写入），或使用环境变量 LATCHKEY_CLI_ISSUER、LATCHKEY_CLI_CLIENT_ID 和 LATCHKEY_CLI_CLIENT_SECRET（或 LATCHKEY_CLI_CLIENT_SECRET_FILE）；实际地址与公开地址不同时使用 LATCHKEY_CLI_ISSUER_ADDRESS。',
  },
} satisfies Texts
