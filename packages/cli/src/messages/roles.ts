import type { Helps, Texts } from './text.ts'

export const ROLES_HELP = {
  list: {
    summary: { en: 'list roles', zh: '列出角色' },
    text: {
      en: 'Lists roles: named lists of grants. admin, support and auditor come with the issuer.',
      zh: '列出角色：命名的授权列表。admin、support 和 auditor 随签发服务提供。',
    },
  },
  show: {
    summary: { en: 'show a role, its grants and who has it', zh: '显示角色、其授权及拥有者' },
    text: {
      en: 'Shows the grants of a role and how many people have it: of their own, by a group or by its parent.',
      zh: '显示角色的授权及拥有人数：直接拥有、由组或其上级组得到。',
    },
  },
  save: {
    summary: { en: 'add a role, or change it', zh: '添加或修改角色' },
    text: {
      en: 'Adds a role, or changes the one of that name: grants are added or taken away, the rest stays. Whoever has it gets new tokens with the new rights by themselves.',
      zh: '添加角色，或修改同名角色：添加或去掉授权，其余不变。拥有者会自行取得具有新权限的新令牌。',
    },
  },
  remove: {
    summary: { en: 'delete a role', zh: '删除角色' },
    text: {
      en: 'Deletes a role, after a question. Refused while a user or a group has it.',
      zh: '询问后删除角色。仍有用户或组拥有它时拒绝删除。',
    },
  },
  give: {
    summary: { en: 'give a role to users', zh: '把角色授予用户' },
    text: {
      en: 'Gives a role to users, besides those that they have. Nobody gives more than they may do themselves.',
      zh: '在已有角色之外把角色授予用户。任何人都不能授予超过自己的权限。',
    },
  },
  take: {
    summary: { en: 'take a role away from users', zh: '收回用户的角色' },
    text: {
      en: 'Takes a role away from users. What they have by groups stays; users show says where a role comes from.',
      zh: '收回用户的角色。由组得到的不变；users show 显示角色和组。',
    },
  },
} satisfies Helps

export const ROLES = {
  columnRole: { en: 'ROLE', zh: '角色' },
  columnGrants: { en: 'GRANTS', zh: '授权数' },
  columnDescription: { en: 'DESCRIPTION', zh: '说明' },
  role: { en: 'role', zh: '角色' },
  origin: { en: 'origin', zh: '来源' },
  shipped: { en: 'comes with the issuer', zh: '随签发服务提供' },
  holders: { en: 'people', zh: '人数' },
  saved: { en: '{role} is saved. Grants: {count}', zh: '已保存 {role}。授权：{count}' },
  removed: { en: '{role} is deleted.', zh: '已删除 {role}。' },
  askRemove: { en: 'Delete the role {role}? (yes/no) ', zh: '要删除角色 {role} 吗？（是/否）' },
  given: { en: '{user} has the role {role}.', zh: '{user} 拥有角色 {role}。' },
  taken: { en: '{user} has the role {role} no more.', zh: '{user} 不再拥有角色 {role}。' },
} satisfies Texts
