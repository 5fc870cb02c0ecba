/** The roles that every issuer has for its own admin API: docs/operate/admin-api.md. */

export interface ShippedRole {
  readonly description: string
  /** At the audience of the issuer, and nowhere else. */
  readonly grants: readonly string[]
}

const SEES = 'GET /admin/v1/*'

export const SHIPPED_ROLES = {
  admin: {
    description: 'May do everything in the admin API.',
    grants: ['* /admin/v1/*'],
  },
  support: {
    description: 'Sees everything and ends sessions; changes no rights.',
    grants: [SEES, 'POST /admin/v1/ends', 'POST /admin/v1/ends/preview', 'POST /admin/v1/explain'],
  },
  auditor: {
    description: 'Sees everything and changes nothing.',
    grants: [SEES, 'POST /admin/v1/explain'],
  },
} as const satisfies Record<string, ShippedRole>

export type ShippedRoleName = keyof typeof SHIPPED_ROLES

/** Who may call a route that only reads. */
export const EVERY_ROLE: readonly ShippedRoleName[] = ['admin', 'support', 'auditor']
/** Who may call a route that ends sessions. */
export const ENDING_ROLES: readonly ShippedRoleName[] = ['admin', 'support']
/** Who may call a route that changes anything else. */
export const ADMIN_ONLY: readonly ShippedRoleName[] = ['admin']
