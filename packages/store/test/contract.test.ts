import t from 'tap'
import { codeRules } from './contract/codes.ts'
import { deviceRules } from './contract/devices.ts'
import { documentRules } from './contract/documents.ts'
import { ENGINES, stopServers } from './contract/engines.ts'
import { familyRules } from './contract/families.ts'
import { logRules } from './contract/log.ts'
import { oneTimeRules } from './contract/one-time.ts'
import { outboxRules } from './contract/outbox.ts'
import { presenceRules } from './contract/presence.ts'
import { sessionRules } from './contract/sessions.ts'
import { signalRules } from './contract/signals.ts'
import { statusListRules } from './contract/status-lists.ts'
import { throttleRules } from './contract/throttle.ts'

/** The contract of src/store.ts, on every engine. */
const SUITES = {
  sessions: sessionRules,
  'authorization codes': codeRules,
  'refresh families': familyRules,
  'the revocation log': logRules,
  'one-time values': oneTimeRules,
  devices: deviceRules,
  'the outbox': outboxRules,
  'the throttle': throttleRules,
  'the presence of verifiers': presenceRules,
  documents: documentRules,
  signals: signalRules,
  'status lists': statusListRules,
}

for (const engine of ENGINES) {
  for (const [name, rules] of Object.entries(SUITES)) {
    await t.test(`${engine.name}: ${name}`, (t) => rules(t, engine))
  }
}

await stopServers()
