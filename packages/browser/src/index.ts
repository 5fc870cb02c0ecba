export { type KeepSocketOptions, type KeptSocket, keepSocket } from './keep-socket.ts'
export type { Page, PageSocket } from './page.ts'
export { type SessionWatch, type WatchSessionOptions, watchSession } from './watch-session.ts'
