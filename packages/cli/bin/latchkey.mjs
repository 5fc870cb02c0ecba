#!/usr/bin/env node
// In a checkout the sources run as they are; an installed package has only what was built.
import { existsSync } from 'node:fs'
// The default, because older Nodes refuse to load a module that names what they do not have.
import nodeModule from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

// Compiled code is kept for the next time. Not in the folder for temporary files, where somebody else could put code for us to
// run. Where there is no home to write to, nothing is kept; NODE_COMPILE_CACHE names another place.
nodeModule.enableCompileCache?.(join(homedir(), '.cache', 'latchkey'))

const source = new URL('../src/main.ts', import.meta.url)
if (!existsSync(source)) {
  await import('../dist/program/lib/js/latchkey.js')
} else if (nodeModule.registerHooks === undefined) {
  console.error(
    `latchkey: a checkout needs Node 24, this is ${process.version}: run it by npx latchkey`,
  )
  process.exitCode = 2
} else {
  // The same as `node --conditions=@latchkey/source`, which a command cannot give to its own process.
  nodeModule.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, '@latchkey/source'] }),
  })
  await import(source.href)
}
