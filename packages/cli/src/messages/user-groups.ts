import type { Faults, Helps, Texts } from './text.ts'

export const GROUPS_HELP = {
  list: {
    summary: { en: 'list groups, or find some', zh: '列出或查找组' },
    text: {
      en: 'Lists groups: people who have roles and grants together.',
      zh: '列出组：共同拥有角色和授权的人。',
    },
  },
  show: {
    summary: { en: 'show a group and its members', zh: '显示组及其成员' },
    text: {
      en: 'Shows a group with its roles and grants, and lists its members. Members of its children have its roles too and are listed there.',
      zh: '显示组及其角色和授权，并列出其成员。其下级组的成员也拥有它的角色，列在各自的组中。',
    },
  },
  add: {
    summary: { en: 'add a group', zh: '添加组' },
    text: {
      en: 'Adds a group. It may have one parent, which has none: members then have the roles and grants of the parent, too.',
      zh: '添加组。它可以有一个上级组，上级组没有上级：成员同时拥有上级组的角色和授权。',
    },
  },
  set: {
    summary: { en: 'change a group', zh: '修改组' },
    text: {
      en: 'Changes what is given and leaves the rest. An empty text takes a member away: --parent "".',
      zh: '修改给出的内容，其余不变。空文本表示去掉该项：--parent ""。',
    },
  },
  remove: {
    summary: { en: 'delete a group', zh: '删除组' },
    text: {
      en: 'Deletes a group, after a question. Its members stay and lose what they had by it. Refused while it has children.',
      zh: '询问后删除组。其成员保留，但失去由它得到的权限。仍有下级组时拒绝删除。',
    },
  },
  'add-member': {
    summary: { en: 'make users members of a group', zh: '把用户加入组' },
    text: {
      en: 'Makes users members of a group. Their tokens are refreshed with the new rights by themselves.',
      zh: '把用户加入组。他们的令牌会自行刷新以取得新权限。',
    },
  },
  'remove-member': {
    summary: { en: 'take users out of a group', zh: '把用户移出组' },
    text: {
      en: 'Takes users out of a group. Tokens that speak of its rights are refused from then on.',
      zh: '把用户移出组。含有该组权限的令牌从此被拒绝。',
    },
  },
} satisfies Helps

export const GROUPS = {
  added: { en: '{group} is added: {id}', zh: '已添加 {group}：{id}' },
  changed: { en: '{group} is changed.', zh: '已修改 {group}。' },
  removed: { en: '{group} is deleted.', zh: '已删除 {group}。' },
  askRemove: {
    en: 'Delete the group {group} ({id})? (yes/no) ',
    zh: '要删除组 {group}（{id}）吗？（是/否）',
  },
  memberAdded: { en: '{user} is in {group}.', zh: '{user} 已在 {group} 中。' },
  memberRemoved: { en: '{user} is not in {group} any more.', zh: '{user} 已不在 {group} 中。' },
  columnGroup: { en: 'GROUP', zh: '组' },
  columnRoles: { en: 'ROLES', zh: '角色' },
  columnDescription: { en: 'DESCRIPTION', zh: '说明' },
  group: { en: 'group', zh: '组' },
  description: { en: 'description', zh: '说明' },
  parent: { en: 'parent', zh: '上级' },
} satisfies Texts

export const GROUPS_FAULTS = {
  unknown: {
    code: 'group-unknown',
    exit: 'failed',
    en: 'There is no group {group}. latchkey groups list shows them.',
    zh: '没有组 {group}。latchkey groups list 列出所有组。',
  },
} satisfies Faults
