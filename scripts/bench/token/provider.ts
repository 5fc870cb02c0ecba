/** oidc-provider as a program that is asked. */
import process from 'node:process'
import { answer } from '../child.ts'
import type { OpQuestion } from './bench-op.ts'
import { serveProvider } from './serve-provider.ts'

answer<OpQuestion>(async (question) => {
  if ('rss' in question) return process.memoryUsage.rss()
  await serveProvider(question.start.redisUrl, Number(process.argv[2]))
  return true
})
