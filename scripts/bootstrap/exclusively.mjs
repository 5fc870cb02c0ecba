import { rmSync, statSync, writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

/** The holder rewrites its lock each second; one left alone for so long belongs to a process that died. */
const ABANDONED_MS = 10_000

/**
 * Runs `work` while no other process does so for the same lock file: two installations at once would destroy each
 * other's node_modules. Waits visibly for as long as it takes.
 * @param {string} lockFile
 * @param {() => Promise<void>} work
 */
export async function exclusively(lockFile, work) {
  let waiting = false
  while (!acquired(lockFile)) {
    process.stderr.write(waiting ? '.' : 'bootstrap: another one is at work here, waiting ')
    waiting = true
    await pause(1000)
  }
  if (waiting) process.stderr.write('\n')
  const heartbeat = setInterval(() => writeFileSync(lockFile, `${process.pid}\n`), 1000)
  try {
    await work()
  } finally {
    clearInterval(heartbeat)
    rmSync(lockFile, { force: true })
  }
}

/** @param {string} lockFile */
function acquired(lockFile) {
  try {
    writeFileSync(lockFile, `${process.pid}\n`, { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  }
  const lock = statSync(lockFile, { throwIfNoEntry: false })
  if (lock && Date.now() - lock.mtimeMs > ABANDONED_MS) rmSync(lockFile, { force: true })
  return false
}
