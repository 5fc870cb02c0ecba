/** A machine and the process on it. */
export interface Machine<Process> {
  readonly name: string
  readonly process: Process | undefined
  /** The wall clock of the machine against true time. */
  readonly skewMs: number
  /** Without power: not even the machine answers. */
  readonly isOff: boolean
  start(): void
  /** `power`: the machine goes, too, and nobody is told that connections are over. */
  kill(how: 'process' | 'power'): void
}

export interface MachineDeps<Process> {
  readonly name: string
  readonly skewMs: number
  /** The next life of the process, counted from 1. */
  make(life: number): Process
  note(what: string): void
  /** The process is gone, and with it its ends of connections. */
  died(machineRuns: boolean): void
}

export function machine<Process extends { readonly host: { kill(): void } }>(
  deps: MachineDeps<Process>,
): Machine<Process> {
  const { name, skewMs } = deps
  let life = 0
  let process: Process | undefined
  let isOff = false
  return {
    name,
    skewMs,
    get process() {
      return process
    },
    get isOff() {
      return isOff
    },
    start: () => {
      if (process) return
      isOff = false
      life += 1
      deps.note('starts')
      process = deps.make(life)
    },
    kill: (how) => {
      if (!process) return
      deps.note(how === 'power' ? 'loses power' : 'is killed')
      isOff = how === 'power'
      process.host.kill()
      process = undefined
      deps.died(!isOff)
    },
  }
}
