import { stat, statfs } from 'node:fs/promises'
import { openToOthers } from '../settings/secrets.ts'
import { type Examined, type Facts, type Finding, finding } from './finding.ts'

export interface ProcessCheckDeps {
  /** Absent: there is none to look at. */
  readonly dataDir?: string | undefined
  /** `24.4.1` */
  readonly nodeVersion: string
  /** Room on the disk of a folder. Default: asks the system. */
  readonly roomIn?: (folder: string) => Promise<DiskRoom>
}

export interface DiskRoom {
  readonly freeBytes: number
  readonly totalBytes: number
}

const MEBIBYTE = 1024 * 1024
/** A database that cannot grow fails in the middle of a write. */
const FULL_MIB = 100
const LOW_MIB = 1024
const LOW_PART = 0.05
const OLDEST_NODE = 24

/** The program that runs it, and the folder that it writes to. */
export async function examineProcess(deps: ProcessCheckDeps): Promise<Examined> {
  const { dataDir, nodeVersion: version } = deps
  const major = Number.parseInt(version, 10)
  // Odd numbers are never supported for longer than half a year.
  const isUnfit = major < OLDEST_NODE || major % 2 === 1
  const node = isUnfit ? [finding('node-version', { version })] : []
  if (dataDir === undefined) return { facts: { node: version }, findings: node }
  const disk = await examineDisk(dataDir, deps.roomIn ?? roomIn)
  return {
    facts: { node: version, ...disk.facts },
    findings: [...node, ...disk.findings, ...(await openFolder(dataDir))],
  }
}

async function examineDisk(
  folder: string,
  roomOf: (folder: string) => Promise<DiskRoom>,
): Promise<Examined> {
  const { freeBytes, totalBytes } = await roomOf(folder)
  const freeMib = Math.floor(freeBytes / MEBIBYTE)
  const facts: Facts = { folder, free_mib: freeMib }
  const isLow = freeMib < LOW_MIB && freeBytes < LOW_PART * totalBytes
  const findings =
    freeMib < FULL_MIB ? [finding('disk-full', facts)] : isLow ? [finding('disk-low', facts)] : []
  return { facts: { free_mib: freeMib }, findings }
}

async function roomIn(folder: string): Promise<DiskRoom> {
  const { bavail, blocks, bsize } = await statfs(folder)
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
}

/** It holds the master key. */
async function openFolder(folder: string): Promise<Finding[]> {
  const { mode } = await stat(folder)
  return openToOthers(mode) ? [finding('data-folder-open', { folder })] : []
}
