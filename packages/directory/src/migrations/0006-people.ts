import type { Kysely } from 'kysely'

/** Groups, grants that end, and what else is kept about people. */
export async function people(db: Kysely<never>): Promise<void> {
  const { schema } = db
  await schema.alterTable('grants').addColumn('until', 'bigint').execute()
  await schema
    .alterTable('users')
    .addColumn('must_change_password', 'integer', (c) => c.notNull().defaultTo(0))
    .execute()
  await schema.alterTable('users').addColumn('external_id', 'text').execute()
  await schema
    .alterTable('users')
    .addColumn('attributes', 'text', (c) => c.notNull().defaultTo('{}'))
    .execute()
  await schema
    .createIndex('users_by_external_id')
    .unique()
    .on('users')
    .column('external_id')
    .execute()
  await schema
    .createTable('groups')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('name_key', 'text', (c) => c.notNull().unique())
    .addColumn('description', 'text', (c) => c.notNull())
    .addColumn('parent', 'text', (c) => c.references('groups.id'))
    .addColumn('external_id', 'text', (c) => c.unique())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('updated_at', 'bigint', (c) => c.notNull())
    .execute()
  await schema.createIndex('groups_by_parent').on('groups').columns(['parent', 'id']).execute()
  await members(db)
}

async function members({ schema }: Kysely<never>): Promise<void> {
  await schema
    .createTable('group_members')
    .addColumn('group_id', 'text', (c) => c.notNull().references('groups.id').onDelete('cascade'))
    .addColumn('user_id', 'text', (c) => c.notNull().references('users.id').onDelete('cascade'))
    .addPrimaryKeyConstraint('group_members_key', ['group_id', 'user_id'])
    .execute()
  await schema
    .createIndex('group_members_by_user')
    .on('group_members')
    .columns(['user_id', 'group_id'])
    .execute()
  await schema
    .createTable('group_roles')
    .addColumn('group_id', 'text', (c) => c.notNull().references('groups.id').onDelete('cascade'))
    .addColumn('role', 'text', (c) => c.notNull().references('roles.name'))
    .addPrimaryKeyConstraint('group_roles_key', ['group_id', 'role'])
    .execute()
  await schema
    .createIndex('group_roles_by_role')
    .on('group_roles')
    .columns(['role', 'group_id'])
    .execute()
}
