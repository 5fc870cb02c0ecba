/** oidc-provider as a program of its own, for cold starts: port and address of Redis as arguments. */
import process from 'node:process'
import { serveProvider } from './serve-provider.ts'

const [, , port, redisUrl = ''] = process.argv
await serveProvider(redisUrl, Number(port))
