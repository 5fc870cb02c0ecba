import type { Faults, Helps, Texts } from './text.ts'

export const SESSIONS_HELP = {
  list: {
    summary: { en: 'list who is signed in, and where', zh: '列出谁在哪里登录' },
    text: {
      en: 'Lists the living sessions of a user, newest first. Without --user those of everybody, page by page and in no order: the store is read while people go on signing in and out, so that one may come twice.',
      zh: '列出用户的有效会话，最新的在前。没有 --user 时逐页列出所有人的会话，不排序：读取期间仍有人登录和退出，因此同一会话可能出现两次。',
    },
  },
  end: {
    summary: { en: 'end sessions, of one person or of many', zh: '结束会话：一个人的，或许多人的' },
    text: {
      en: 'Ends one session by its id, everything of a user, of a client or at a service, everything there is, or all sessions whose people signed in before a time. What may concern many is counted first, and asked about. The answer says by when no service accepts tokens of it any more; with --wait also which verifiers have applied it.',
      zh: '按标识结束一个会话，结束一个用户、客户端或服务的一切，结束现有的一切，或结束在某时间之前登录的人的全部会话。可能涉及许多人的，会先统计并询问。应答会说明最迟何时没有服务再接受其令牌；使用 --wait 时还会说明哪些验证器已生效。',
    },
  },
} satisfies Helps

export const SESSIONS = {
  sessionsOf: { en: 'Sessions of {user}: {count}', zh: '{user} 的会话：{count}' },
  noSessions: { en: '{user} is not signed in anywhere.', zh: '{user} 没有在任何地方登录。' },
  columnSession: { en: 'SESSION', zh: '会话' },
  columnSignedIn: { en: 'SIGNED IN', zh: '登录时间' },
  columnPerson: { en: 'PERSON', zh: '用户' },
  columnEnds: { en: 'ENDS AT THE LATEST', zh: '最迟结束时间' },
  columnApps: { en: 'APPS', zh: '应用' },
  endedMany: { en: 'Sessions ended: {count}', zh: '已结束的会话：{count}' },
  previewCounts: {
    en: 'This concerns sessions: {sessions}, users: {users}, clients: {clients}, services: {services}. Verifiers that will hear of it: {verifiers}.',
    zh: '涉及 {users} 个用户的 {sessions} 个会话、{clients} 个客户端和 {services} 个服务。将有 {verifiers} 个验证器得知。',
  },
  previewCountsAtLeast: {
    en: 'There is more than could be counted. This concerns at least sessions: {sessions}, users: {users}, clients: {clients}, services: {services}. Verifiers that will hear of it: {verifiers}.',
    zh: '至少涉及 {users} 个用户的 {sessions} 个会话、{clients} 个客户端和 {services} 个服务，数量过多，未能全部统计。将有 {verifiers} 个验证器得知。',
  },
  askEnd: { en: 'End them? (yes/no) ', zh: '要结束吗？（是/否）' },
  ended: {
    en: 'Ended. No service accepts it after {time}.',
    zh: '已结束。{time} 之后任何服务都不再接受。',
  },
  endingOf: { en: '{done} of {total} ended', zh: '已结束 {done} / {total}' },
  endingSome: { en: '{done} ended', zh: '已结束 {done}' },
  stateApplied: { en: 'applied', zh: '已生效' },
  stateWaiting: { en: 'waiting', zh: '等待中' },
  stateOffline: { en: 'offline', zh: '离线' },
  afterMs: { en: 'after {ms} ms', zh: '{ms} 毫秒后' },
  closedBy: { en: 'closed by {time}', zh: '最迟 {time} 关闭' },
} satisfies Texts

export const SESSIONS_FAULTS = {
  notASession: {
    code: 'not-a-session',
    exit: 'usage',
    en: '{text} is not the id of a session (s0_ and 22 characters).',
    zh: '{text} 不是会话编号（s0_ 加 22 个字符）。',
  },
  notATime: {
    code: 'not-a-time',
    exit: 'usage',
    en: '{text} is not a time like "2026-11-23 05:00".',
    zh: '{text} 不是形如 "2026-11-23 05:00" 的时间。',
  },
  endInterrupted: {
    code: 'end-interrupted',
    exit: 'failed',
    en: 'Interrupted after {done} sessions, which have ended. The same command goes on with the rest.',
    zh: '在 {done} 个会话之后中断，这些会话已结束。再次运行同一命令会继续其余的会话。',
  },
  nobodyToEnd: {
    code: 'nothing-ended',
    exit: 'failed',
    en: 'Nothing ended: nothing matches any more.',
    zh: '没有可结束的内容：已没有匹配的对象。',
  },
  notAllApplied: {
    code: 'end-not-confirmed',
    exit: 'failed',
    en: 'Verifiers that have not confirmed: {count}. Their leases end at {time} at the latest.',
    zh: '{count} 个验证器尚未确认。它们的租约最迟在 {time} 结束。',
  },
  nothingToEnd: {
    code: 'session-gone',
    exit: 'failed',
    en: 'There is no such session any more. Tokens of it, if any are left, are refused from now on.',
    zh: '该会话已不存在。若仍有它的令牌，从现在起将被拒绝。',
  },
} satisfies Faults
