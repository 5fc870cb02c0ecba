/** The parts of the issuer that speak with verifiers and end things, without HTTP: for simulations. */
export { type OpenedFeed, openFeed } from './client-authentication/feed-opening.ts'
export { type EndDeps, type Ender, ender } from './ending/end.ts'
export type { FeedSocket as HubSocket } from './feed/connection.ts'
export type { FeedHub } from './feed/hub.ts'
export { type FeedDeps, type Feeding, wireFeed } from './wiring/feed.ts'
