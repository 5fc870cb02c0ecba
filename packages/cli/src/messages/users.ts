import type { Helps, Texts } from './text.ts'

export const USERS_HELP = {
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
