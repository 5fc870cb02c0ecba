/** Groups: RFC 7643 section 4.2. */
import type { ScimSchema } from './scim-attribute.ts'

export const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group'

export const GROUP: ScimSchema = {
  id: GROUP_SCHEMA,
  name: 'Group',
  description: 'People who have roles and grants together',
  attributes: [
    {
      name: 'displayName',
      type: 'string',
      required: true,
      uniqueness: 'server',
      description: 'Its name, unique in any spelling.',
    },
    {
      name: 'members',
      type: 'complex',
      multiValued: true,
      description: 'Its people. Groups inside groups are made in the admin API.',
      subAttributes: [
        { name: 'value', type: 'string', description: 'The id of a user.', caseExact: true },
        {
          name: '$ref',
          type: 'reference',
          description: 'The address of the user.',
          mutability: 'readOnly',
        },
        {
          name: 'display',
          type: 'string',
          description: 'The user name.',
          mutability: 'readOnly',
        },
        { name: 'type', type: 'string', description: 'User.', mutability: 'readOnly' },
      ],
    },
  ],
}
