import type { Helps, Texts } from './text.ts'

export const MIGRATE_HELP = {
  status: {
    summary: { en: 'show in which form the database is', zh: '显示数据库的版本' },
    text: {
      en: 'Opens the database of the directory with the settings of the issuer, and lists the migrations that were run and those that are pending. Changes nothing. Ends with 5 when something is pending.',
      zh: '按签发服务的设置打开目录数据库，列出已执行和待执行的迁移。不做任何更改。有待执行的迁移时以 5 结束。',
    },
  },
  up: {
    summary: { en: 'bring the database to the newest form', zh: '将数据库升级到最新版本' },
    text: {
      en: 'Runs the migrations that are pending, all or none of them. Of several at once, one migrates and the others wait. There is no way back: make a backup before. Needs no running issuer; one that runs answers 503 to writes until it is done.',
      zh: '执行待执行的迁移，要么全部完成，要么全不生效。同时运行多个时，一个迁移，其余等待。无法回退：请先备份。不需要运行签发服务；正在运行的签发服务在完成之前对写操作回答 503。',
    },
  },
} satisfies Helps

export const MIGRATE = {
  engine: { en: 'The directory is kept in {engine}.', zh: '目录保存在 {engine} 中。' },
  sqlite: { en: 'SQLite', zh: 'SQLite' },
  postgres: { en: 'PostgreSQL', zh: 'PostgreSQL' },
  pending: { en: 'pending', zh: '待执行' },
  newest: { en: 'The database is in the newest form.', zh: '数据库已是最新版本。' },
  runUp: {
    en: 'latchkey migrate up runs what is pending. Make a backup before.',
    zh: 'latchkey migrate up 会执行待执行的迁移。请先备份。',
  },
  ran: { en: 'Ran {number} {name}.', zh: '已执行 {number} {name}。' },
} satisfies Texts
