import type { RoutesDetail } from '@latchkey/protocol'

/** One device that asks to be signed in: RFC 8628. */
export interface DeviceRecord {
  readonly clientId: string
  readonly scope: string
  readonly audience: string
  readonly details?: readonly RoutesDetail[]
  /** In its canonical form: capital letters without separators. */
  readonly userCode: string
  readonly expiresAt: number
}

/** What the person decided. */
export type DeviceDecision =
  | {
      readonly kind: 'approved'
      readonly sid: string
      readonly sub: string
      /** What was allowed; at most what was asked. */
      readonly scope: string
    }
  | { readonly kind: 'denied' }

export type DevicePoll =
  | { readonly kind: 'pending' }
  /** Too early: the interval has grown by 5 s for good (section 3.5). */
  | { readonly kind: 'slow_down'; readonly intervalSeconds: number }
  | { readonly kind: 'denied' }
  /** Exactly once. Tokens go by the log position of the session, whose partition need not be that of the code. */
  | {
      readonly kind: 'approved'
      readonly record: DeviceRecord
      readonly sid: string
      readonly sub: string
      readonly scope: string
    }
  /** It was known once; for an hour after its end. */
  | { readonly kind: 'expired' }
  /** Never issued, another client's, or redeemed before. */
  | { readonly kind: 'unknown' }

export interface DeviceStore {
  /** `deviceCode` is kept as a digest. False when the user code is in use: choose another one. */
  start(
    deviceCode: string,
    record: DeviceRecord,
    intervalSeconds: number,
    now: number,
  ): Promise<boolean>
  /** The undecided, living request behind a user code. */
  find(userCode: string, now: number): Promise<DeviceRecord | undefined>
  /** The first decision counts; false when there is nothing left to decide. The user code is free afterwards. */
  decide(userCode: string, decision: DeviceDecision, now: number): Promise<boolean>
  poll(deviceCode: string, clientId: string, now: number): Promise<DevicePoll>
}
