import t from 'tap'
import { judgeExpiry, judgeLatchkey } from './latchkey/judge-latchkey.ts'

t.test('Latchkey on SQLite', (t) => judgeLatchkey(t))
t.test('Latchkey with a clock that runs faster', (t) => judgeExpiry(t))
