/**
 * Loaded before each program of the cluster. A parent that is killed stops nobody: what is left of it is a closed channel,
 * and then this process stops as if it had been told to.
 */
import process from 'node:process'

process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
// The channel alone is no reason to go on.
process.channel?.unref()
