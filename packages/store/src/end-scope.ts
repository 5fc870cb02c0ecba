import { type EndTarget, isUserSubject, partitionOfSubject } from '@latchkey/protocol'

/** Everything an end concerns except a single session, which has its own way. */
export type BroadTarget = Exclude<EndTarget, { kind: 'session' }>

/** Where an end is written and what it cuts off. */
export interface EndScope {
  /** `v` of the entry. */
  readonly value: string
  readonly partitions: readonly number[]
  /** Name of the cut that makes older sessions or families dead at redemption; none when only tokens die. */
  readonly cut?: string
}

/** What everybody must know is written to every partition; what concerns one subject, to that subject's only. */
export function endScope(target: BroadTarget, partitions: number): EndScope {
  const everywhere = Array.from({ length: partitions }, (_, partition) => partition)
  const at = (sub: string) => [partitionOfSubject(sub, partitions)]
  switch (target.kind) {
    case 'token':
      return { value: target.jti, partitions: at(target.sub) }
    case 'user':
      return { value: target.sub, partitions: at(target.sub), cut: `user:${target.sub}` }
    case 'client':
      return { value: target.clientId, partitions: everywhere, cut: `client:${target.clientId}` }
    case 'service':
      return { value: target.audience, partitions: everywhere }
    case 'key':
      return { value: target.kid, partitions: everywhere }
    case 'stale':
      return {
        value: target.about,
        partitions: isSubject(target.about) ? at(target.about) : everywhere,
      }
    case 'all':
      return { value: '', partitions: everywhere, cut: 'all' }
  }
}

/** `stale` is about a person or a machine, or else about an audience, which is a URI or a service name. */
function isSubject(about: string): boolean {
  return isUserSubject(about) || about.startsWith('svc:')
}
