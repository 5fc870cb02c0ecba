import type { Audit, AuditRecord, Directory, UntoldEnds } from '@latchkey/directory'
import { currentRequest } from './request-scope.ts'

/**
 * The directory, with audit records that say from which address and by which request something was done. It is filled in here, at
 * the one place that all of them pass, because an event that forgets it is noticed when it is too late.
 */
export function attributedRecords(directory: Directory): Directory {
  return {
    ...directory,
    audit: attributed(directory.audit),
    untoldEnds: attributedEnds(directory.untoldEnds),
    transaction: (work) => directory.transaction((inside) => work(attributedInside(inside))),
    attempt: (work) => directory.attempt((inside) => work(attributedInside(inside))),
  }
}

function attributedInside(inside: Directory): Directory {
  const own: Directory = {
    ...inside,
    audit: attributed(inside.audit),
    untoldEnds: attributedEnds(inside.untoldEnds),
    transaction: (part) => part(own),
    snapshot: (part) => part(own),
    attempt: (part) => inside.attempt(() => part(own)),
  }
  return own
}

function attributed(audit: Audit): Audit {
  return {
    ...audit,
    append: (record) => audit.append(withRequest(record)),
    prune: (request) => audit.prune(withRequest(request)),
  }
}

/** Whoever tells them later writes records of what was done then. */
function attributedEnds(untoldEnds: UntoldEnds): UntoldEnds {
  return {
    ...untoldEnds,
    note: (ends, heldUntil) => untoldEnds.note(ends.map(withRequest), heldUntil),
  }
}

/** What the event itself says about its actor counts more. */
function withRequest<Event extends Pick<AuditRecord, 'actor'>>(event: Event): Event {
  return { ...event, actor: { ...currentRequest(), ...event.actor } }
}
