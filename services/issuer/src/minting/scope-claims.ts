/** Which claims a scope opens: OpenID Connect Core section 5.4. Absent facts are left out, never null (section 5.3.2). */
import type { User } from '@latchkey/directory'
import { hasScope } from '../checks/scope.ts'

export function scopeClaims(user: User, scope: string): Record<string, unknown> {
  return {
    ...(hasScope(scope, 'profile') && {
      name: user.name,
      preferred_username: user.username,
      updated_at: user.updatedAt,
      ...(user.locale !== undefined && { locale: user.locale }),
    }),
    ...(hasScope(scope, 'email') &&
      user.email !== undefined && { email: user.email, email_verified: user.emailVerified }),
  }
}
