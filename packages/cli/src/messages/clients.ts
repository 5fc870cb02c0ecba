import type { Faults, Helps, Texts } from './text.ts'

export const CLIENTS_HELP = {
  list: {
    summary: { en: 'list apps and machines', zh: '列出应用和机器客户端' },
    text: { en: 'Lists the clients that the issuer knows.', zh: '列出签发方所知道的客户端。' },
  },
  show: {
    summary: { en: 'show an app or a machine', zh: '显示应用或机器客户端' },
    text: {
      en: 'Shows a client with what it may do, and its secrets without the secrets.',
      zh: '显示客户端及其权限，并列出其密钥（不显示密钥本身）。',
    },
  },
  add: {
    summary: { en: 'add an app or a machine', zh: '添加应用或机器客户端' },
    text: {
      en: 'Adds a client. Its secret is made by the issuer and shown now and never again. What has no option of its own is given by --set: `--set default_max_age=60`. The members are those of docs/operate/configuration.md.',
      zh: '添加客户端。密钥由签发方生成，只显示这一次。没有专门选项的成员用 --set 给出：`--set default_max_age=60`。可用的成员见 docs/operate/configuration.md。',
    },
  },
  set: {
    summary: { en: 'change an app or a machine', zh: '更改应用或机器客户端' },
    text: {
      en: 'Changes what is given and leaves the rest. A list is replaced as a whole; grants are added and taken one by one. Tokens that speak of rights that are gone end at once.',
      zh: '只更改给出的成员，其余不变。列表整体替换；授权逐条添加或删除。含有已失去权限的令牌立即结束。',
    },
  },
  remove: {
    summary: { en: 'remove an app or a machine for good', zh: '永久删除应用或机器客户端' },
    text: {
      en: 'Removes a client after a question: everything that it was given ends, and its id is never given again.',
      zh: '询问后删除客户端：已给它的一切均结束，其编号不会再次使用。',
    },
  },
  'secrets list': {
    summary: { en: 'list the secrets of a client', zh: '列出客户端的密钥' },
    text: {
      en: 'Lists the secrets that are good, with their ages and when each was used last, to the day. The secrets themselves are shown by nobody.',
      zh: '列出有效的密钥及其创建时间和最近使用时间（精确到天）。密钥本身不会显示。',
    },
  },
  'secrets add': {
    summary: { en: 'make the next secret of a client', zh: '生成客户端的下一个密钥' },
    text: {
      en: 'Makes one more secret and shows it, now and never again. Two are good at a time: bring the new one to where the client runs, then remove the old one.',
      zh: '再生成一个密钥，只显示这一次。最多有两个同时有效：先把新的部署到客户端，再删除旧的。',
    },
  },
  'secrets remove': {
    summary: { en: 'end a secret of a client', zh: '结束客户端的一个密钥' },
    text: {
      en: 'Ends a secret at once, or at the time --at. Feeds that it has opened are closed. The last secret without an end stays.',
      zh: '立即结束密钥，或在 --at 所指的时间结束。由它打开的 feed 随之关闭。最后一个没有截止时间的密钥不能结束。',
    },
  },
  disable: {
    summary: { en: 'disable an app or a machine', zh: '停用应用或机器客户端' },
    text: {
      en: 'Disables a client: it gets nothing more, and everything that it was given ends at once, at all services.',
      zh: '停用客户端：它不再得到任何东西，已给它的一切在所有服务立即结束。',
    },
  },
  enable: {
    summary: { en: 'enable a disabled client again', zh: '重新启用已停用的客户端' },
    text: {
      en: 'Enables a client that was disabled. What ended stays ended.',
      zh: '启用已停用的客户端。已结束的不会恢复。',
    },
  },
} satisfies Helps

export const CLIENTS = {
  columnId: { en: 'CLIENT', zh: '客户端' },
  columnName: { en: 'NAME', zh: '名称' },
  columnState: { en: 'STATE', zh: '状态' },
  columnMethod: { en: 'AUTHENTICATION', zh: '认证方式' },
  columnServices: { en: 'SERVICES', zh: '服务' },
  columnSecret: { en: 'SECRET', zh: '密钥' },
  columnSince: { en: 'SINCE', zh: '创建时间' },
  columnUsed: { en: 'LAST USED', zh: '最近使用' },
  columnEnds: { en: 'ENDS', zh: '结束时间' },
  stateEnabled: { en: 'enabled', zh: '启用' },
  stateDisabled: { en: 'disabled', zh: '停用' },
  never: { en: 'never', zh: '从未' },
  secretOf: { en: 'secret {id}', zh: '密钥 {id}' },
  added: { en: '{name} is added.', zh: '已添加 {name}。' },
  changed: { en: '{name} is changed.', zh: '已更改 {name}。' },
  same: { en: 'Nothing to change: give an option.', zh: '没有要更改的内容：请给出选项。' },
  askRemove: {
    en: 'Remove the client {name} for good? (yes/no) ',
    zh: '要永久删除客户端 {name} 吗？（是/否）',
  },
  removed: { en: '{name} is removed.', zh: '已删除 {name}。' },
  secretShown: {
    en: 'Secret {id} of {name}. It is shown now and never again:',
    zh: '{name} 的密钥 {id}，只显示这一次：',
  },
  secretEnded: { en: 'Secret {id} of {name} has ended.', zh: '{name} 的密钥 {id} 已结束。' },
  secretEnds: {
    en: 'Secret {id} of {name} ends at {time}.',
    zh: '{name} 的密钥 {id} 将于 {time} 结束。',
  },
  disabled: {
    en: '{name} is disabled, and everything that it was given has ended.',
    zh: '已停用 {name}，已给它的一切均已结束。',
  },
  enabled: { en: '{name} is enabled.', zh: '已启用 {name}。' },
} satisfies Texts

export const CLIENTS_FAULTS = {
  notAMember: {
    code: 'member-form',
    exit: 'usage',
    en: '--set takes NAME=VALUE, such as default_max_age=60, and was given {received}.',
    zh: '--set 应为 NAME=VALUE，例如 default_max_age=60，收到的是 {received}。',
  },
} satisfies Faults
