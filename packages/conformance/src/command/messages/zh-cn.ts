import type { Messages } from './messages.ts'

export const ZH_CN: Messages = {
  help: `从外部逐条检验 OpenID 提供方是否遵守各项规范。

用法: latchkey-conformance --config 文件 [选项]

选项:
  -c, --config 文件   设置: 签发方、用户、客户端 (JSON, 见 README)
      --only 编号     只检验编号以此开头的规则; 用逗号分隔或重复给出
  -v, --verbose       列出每条规则, 包括通过的和跳过的
      --json          在标准输出给出 JSON 结果
      --list          列出全部规则, 不做检验
  -h, --help          本说明
  -V, --version       版本

示例:
  latchkey-conformance --config op.json
  latchkey-conformance --config op.json --only token,pkce --verbose
  latchkey-conformance --config op.json --json > results.json
  latchkey-conformance --list

退出码:
  0  所有可检验的 MUST 均已遵守
  1  至少一条 MUST 未遵守
  2  命令行或设置有误, 未做任何检验
  3  无法连接签发方, 或其未给出元数据
`,
  unknownOption: '未知选项 {value}。参见 latchkey-conformance --help。',
  valueMissing: '选项 {value} 用法不对: 参见 latchkey-conformance --help。',
  configMissing: '请指明设置文件: --config 文件。',
  argumentUnknown: '不知如何处理 "{value}"。设置由 --config 文件 给出。',
  fileUnreadable: '无法读取 {value}: {reason}',
  settingsFault: '{value} 无法使用:',
  noRules: '没有编号以 {value} 开头的规则。参见 --list。',
  passed: '通过',
  failed: '失败',
  warning: '警告',
  skipped: '跳过',
  received: '得到',
  expected: '应为',
  modules: 'OpenID 基金会的检验模块',
  summary: '通过 {passed}, 失败 {failed}, 警告 {warnings}, 跳过 {skipped}',
}
