/**
 * Loaded before each test file. tap follows every promise of a process from where it was made, so that an error which nobody
 * catches fails the test that it came from. That takes a tenth of the time of most files, and a quarter of those that do much at
 * once. Here such an error ends the file instead, as it ends any program of Node: with its stack, and counted as failed.
 */
import { registerHooks } from 'node:module'

const STAND_IN = new URL('./no-domain.ts', import.meta.url).href

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'async-hook-domain'
      ? { url: STAND_IN, format: 'module-typescript', shortCircuit: true }
      : next(specifier, context),
})
