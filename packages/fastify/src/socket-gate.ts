/** Stands before `emit` and `send` of one socket. */

/** What the gate needs of a WebSocket of `ws`. */
export interface GatedSocket {
  // biome-ignore lint/suspicious/noExplicitAny: the overloads of ws, which are passed through unseen
  send(...args: any[]): void
  // biome-ignore lint/suspicious/noExplicitAny: the signature of EventEmitter
  emit(event: any, ...args: any[]): boolean
}

/** A message at the gate. One of its two functions is called, now or later. */
export interface GatedMessage {
  readonly direction: 'in' | 'out'
  readonly args: readonly unknown[]
  readonly pass: () => void
  readonly drop: () => void
}

/**
 * After `close` ws still delivers messages until the peer has answered, to listeners that anybody may add at any time, so that
 * taking listeners away would not do.
 */
export function gate(socket: GatedSocket, judge: (message: GatedMessage) => void) {
  const { emit, send } = socket
  socket.emit = function guardedEmit(event, ...args) {
    if (event !== 'message') return emit.call(socket, event, ...args)
    let heard = false
    const pass = () => {
      heard = emit.call(socket, event, ...args)
    }
    judge({ direction: 'in', args, pass, drop: () => {} })
    return heard
  }
  socket.send = function guardedSend(...args) {
    const drop = () => {
      const callback: unknown = args.at(-1)
      if (typeof callback === 'function') callback(new Error('The guard has ended this socket'))
    }
    judge({ direction: 'out', args, pass: () => send.apply(socket, args), drop })
  }
  return {
    /** Sends past the gate: the guard's own frames. */
    sendPast: (text: string) => send.call(socket, text),
  }
}
