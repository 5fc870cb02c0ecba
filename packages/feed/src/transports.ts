import type { Clock } from '@latchkey/protocol'
import { autoConnect } from './auto-connect.ts'
import { connectLongPoll } from './long-poll.ts'
import type { Connect } from './socket.ts'
import { connectWebSocket } from './web-socket.ts'

export type FeedTransport = 'websocket' | 'long-poll' | 'auto'

export const TRANSPORTS: Readonly<Record<FeedTransport, (clock: Clock) => Connect>> = {
  websocket: () => connectWebSocket,
  'long-poll': () => connectLongPoll,
  auto: (clock) => autoConnect({ clock, webSocket: connectWebSocket, longPoll: connectLongPoll }),
}
