/** Nobody wonders what is going on before this, and after each further stretch of it they would again. */
const STRETCH_MS = 2000

/** Says every two seconds what is still missing, until the returned function is called. A quick start says nothing. */
export function patience(print: (line: string) => void, missing: () => readonly string[]) {
  const from = performance.now()
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - from) / 1000)
    print(`waiting for ${missing().join(', ')} (${seconds} s)`)
  }, STRETCH_MS)
  return () => clearInterval(timer)
}
