export interface FrameLines {
  /** Lines that were passed on. */
  readonly count: number
  /** False when a line is longer than it may be; nothing of it is passed on. */
  add(text: string): boolean
}

/** Cuts a stream of text into lines, one frame each. What stands behind the last line break is not whole yet. */
export function frameLines(mostChars: number, line: (frame: string) => void): FrameLines {
  let rest = ''
  let count = 0
  return {
    get count() {
      return count
    },
    add: (text) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > mostChars || lines.some((one) => one.length > mostChars)) return false
      for (const one of lines) {
        count += 1
        line(one)
      }
      return true
    },
  }
}
