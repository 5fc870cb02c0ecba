import { CLIENT } from './bench-op.ts'

const BASIC = `authorization: Basic ${Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64')}\r\n`

/** Requests as they stand on the wire. */
export function post(path: string, form: string, headers = ''): string {
  return (
    `POST ${path} HTTP/1.1\r\nhost: issuer.test\r\naccept: */*\r\n${headers}` +
    `content-type: application/x-www-form-urlencoded\r\ncontent-length: ${Buffer.byteLength(form)}\r\n\r\n${form}`
  )
}

export function postAsClient(path: string, form: string): string {
  return post(path, form, BASIC)
}

export function get(path: string, cookie = ''): string {
  const cookies = cookie === '' ? '' : `cookie: ${cookie}\r\n`
  return `GET ${path} HTTP/1.1\r\nhost: issuer.test\r\naccept: */*\r\n${cookies}\r\n`
}
