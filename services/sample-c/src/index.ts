export { buildLive, type LiveOptions } from './app.ts'
