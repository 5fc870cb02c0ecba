import type { Faults, Helps, Texts } from './text.ts'

export const USERS_HELP = {
  list: {
    summary: { en: 'list users, or find some', zh: '列出或查找用户' },
    text: {
      en: 'Lists users by the time they were added: all, or those whose user name, name or e-mail address contains a text, of a status, with a role of their own, in a group.',
      zh: '按添加时间列出用户：全部，或用户名、姓名、电子邮件包含某文本的、处于某状态的、直接具有某角色的、属于某组的用户。',
    },
  },
  show: {
    summary: { en: 'show all about a user', zh: '显示用户的全部信息' },
    text: {
      en: 'Shows a user, with roles, groups, grants, profile and custom attributes.',
      zh: '显示用户及其角色、组、授权、资料和自定义属性。',
    },
  },
  set: {
    summary: { en: 'change a user', zh: '修改用户' },
    text: {
      en: 'Changes what is given and leaves the rest. An empty text takes a member away: --email "". Roles are given by roles give, groups by groups add-member.',
      zh: '修改给出的内容，其余不变。空文本表示去掉该项：--email ""。角色用 roles give 授予，组用 groups add-member 加入。',
    },
  },
  add: {
    summary: { en: 'add a user', zh: '添加用户' },
    text: {
      en: 'Adds a user. The password is asked for without showing it, or read from standard input; it is never an argument, because others on the machine could see it.',
      zh: '添加用户。密码在不显示的情况下询问，或从标准输入读取；密码不会作为参数，因为机器上的其他人可以看到参数。',
    },
  },
  disable: {
    summary: { en: 'disable a user and end their sessions', zh: '停用用户并结束其会话' },
    text: {
      en: 'Disables a user: no more sign-in, and all sessions end at once.',
      zh: '停用用户：不能再登录，所有会话立即结束。',
    },
  },
  enable: {
    summary: { en: 'enable a disabled user again', zh: '重新启用已停用的用户' },
    text: {
      en: 'Enables a user who was disabled. Sessions that ended stay ended.',
      zh: '启用已停用的用户。已结束的会话不会恢复。',
    },
  },
  passwd: {
    summary: { en: 'set the password of a user', zh: '设置用户的密码' },
    text: {
      en: 'Sets a new password and ends all sessions of the user. The password is asked for without showing it, or read from standard input.',
      zh: '设置新密码并结束该用户的所有会话。密码在不显示的情况下询问，或从标准输入读取。',
    },
  },
  'remove-code': {
    summary: {
      en: 'let a user sign in without a one-time code',
      zh: '让用户登录时不再需要一次性验证码',
    },
    text: {
      en: 'For a phone that is lost: the account asks for the password alone until its owner sets a one-time code up again. All sessions of the user end.',
      zh: '用于手机丢失的情况：在用户重新设置一次性验证码之前，该账号只凭密码登录。该用户的所有会话随即结束。',
    },
  },
  remove: {
    summary: { en: 'delete a user and end their sessions', zh: '删除用户并结束其会话' },
    text: {
      en: 'Deletes a user for good, after a question: nothing of theirs works any more, and only the audit log still names them. The user name becomes free.',
      zh: '询问后永久删除用户：其一切凭据不再有效，只有审计日志仍提到该用户。用户名可以再次使用。',
    },
  },
} satisfies Helps

export const USERS = {
  changed: { en: '{user} is changed.', zh: '已修改 {user}。' },
  unchanged: { en: '{user} is like that already.', zh: '{user} 已经如此。' },
  columnUser: { en: 'USER', zh: '用户' },
  columnName: { en: 'NAME', zh: '姓名' },
  columnStatus: { en: 'STATUS', zh: '状态' },
  columnRoles: { en: 'ROLES', zh: '角色' },
  active: { en: 'active', zh: '有效' },
  disabledStatus: { en: 'disabled', zh: '已停用' },
  mustChangePassword: { en: 'new password', zh: '须改密码' },
  id: { en: 'id', zh: '编号' },
  user: { en: 'user name', zh: '用户名' },
  name: { en: 'name', zh: '姓名' },
  email: { en: 'e-mail', zh: '电子邮件' },
  verified: { en: '{email} (verified)', zh: '{email}（已验证）' },
  locale: { en: 'language', zh: '语言' },
  status: { en: 'status', zh: '状态' },
  externalId: { en: 'external id', zh: '外部编号' },
  roles: { en: 'roles', zh: '角色' },
  groups: { en: 'groups', zh: '组' },
  grants: { en: 'grants', zh: '授权' },
  profile: { en: 'profile', zh: '资料' },
  attributes: { en: 'attributes', zh: '属性' },
  secondFactor: { en: 'one-time code', zh: '一次性验证码' },
  yes: { en: 'yes', zh: '是' },
  ownedBy: { en: 'owned by', zh: '由文件管理' },
  created: { en: 'added', zh: '添加于' },
  updated: { en: 'changed', zh: '修改于' },
  added: { en: '{user} is added: {sub}', zh: '已添加 {user}：{sub}' },
  disabled: {
    en: '{user} is disabled, and all sessions have ended.',
    zh: '已停用 {user}，所有会话已结束。',
  },
  enabled: { en: '{user} is enabled.', zh: '已启用 {user}。' },
  askRemove: {
    en: 'Delete {user} ({sub}) for good? (yes/no) ',
    zh: '要永久删除 {user}（{sub}）吗？（是/否）',
  },
  removed: {
    en: '{user} is deleted, and all sessions have ended.',
    zh: '已删除 {user}，所有会话已结束。',
  },
  codeRemoved: {
    en: '{user} signs in without a one-time code, and all sessions have ended.',
    zh: '{user} 登录时不再需要一次性验证码，所有会话已结束。',
  },
  passwordSet: {
    en: '{user} has a new password, and all sessions have ended.',
    zh: '{user} 已有新密码，所有会话已结束。',
  },
} satisfies Texts

export const USERS_FAULTS = {
  nothingToSet: {
    code: 'nothing-to-change',
    exit: 'usage',
    en: '{command} needs something to change, such as {example}.',
    zh: '{command} 需要指定要修改的内容，例如 {example}。',
  },
  notAnAttribute: {
    code: 'attribute-form',
    exit: 'usage',
    en: '{received} is no attribute: NAME=VALUE, and NAME= takes it away.',
    zh: '{received} 不是属性：应为 名称=值，名称= 表示去掉。',
  },
} satisfies Faults
