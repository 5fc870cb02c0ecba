/** Says how far the run is: `done` of `all` rounds of what is named. */
export type Progress = (what: string, done: number, all: number) => void

/** On a terminal one line that changes; elsewhere, as in a log, one line for each thing that begins. */
export function progressOn(stream: NodeJS.WriteStream): Progress {
  let last = ''
  return (what, done, all) => {
    if (stream.isTTY) stream.write(`\r\u001b[K${what}: round ${done + 1} of ${all}`)
    else if (what !== last) stream.write(`${what} …\n`)
    last = what
  }
}

/** Leaves a clean line behind. */
export function endProgress(stream: NodeJS.WriteStream): void {
  if (stream.isTTY) stream.write('\r\u001b[K')
}
