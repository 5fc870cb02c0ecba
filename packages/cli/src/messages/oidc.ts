/** Sign-in at any OpenID provider, and what can go wrong there. */
import type { Faults, Texts } from './text.ts'

export const OIDC = {
  done: { en: 'Back to the terminal', zh: '请返回终端' },
  doneText: {
    en: 'This window can be closed. The command goes on in the terminal.',
    zh: '可以关闭此窗口。命令在终端中继续。',
  },
  browserOpened: {
    en: 'The browser opens for you to sign in. If it does not, open this address:',
    zh: '浏览器即将打开，请在其中登录。如果没有打开，请打开此地址：',
  },
  openThis: {
    en: 'Open this address in a browser of this machine and sign in:',
    zh: '请在本机的浏览器中打开此地址并登录：',
  },
  enterCode: {
    en: 'On any device, open {url} and enter the code {code}',
    zh: '在任一设备上打开 {url} 并输入代码 {code}',
  },
  orOpen: { en: 'or open {url}', zh: '或打开 {url}' },
} satisfies Texts

export const OIDC_FAULTS = {
  notAnIssuer: {
    code: 'not-an-issuer-address',
    exit: 'usage',
    en: '{issuer} is not the address of an issuer: it begins with https://, or on this machine with http://.',
    zh: '{issuer} 不是签发者地址：它以 https:// 开头，在本机上可以是 http://。',
  },
  clientRefused: {
    code: 'client-refused',
    exit: 'denied',
    en: '{issuer} refuses the client ({error}): {why}. Check --client-id and its secret.',
    zh: '{issuer} 拒绝该客户端（{error}）：{why}。请检查 --client-id 及其密钥。',
  },
  providerRefused: {
    code: 'provider-refused',
    exit: 'failed',
    en: '{issuer} refuses ({error}): {why}',
    zh: '{issuer} 拒绝（{error}）：{why}',
  },
  providerAnswer: {
    code: 'provider-answer',
    exit: 'failed',
    en: 'The answer of {issuer} is not that of an OpenID provider: {why}. Check the address: it is the issuer exactly as its discovery document says it.',
    zh: '{issuer} 的应答不是 OpenID 提供方的应答：{why}。请检查地址：它必须与其发现文档中的签发者完全一致。',
  },
  nobodyCame: {
    code: 'nobody-signed-in',
    exit: 'failed',
    en: 'Nobody signed in for ten minutes. Try again, or with --device when the browser is on another machine.',
    zh: '十分钟内无人登录。请重试；浏览器在另一台机器上时使用 --device。',
  },
  clientIdMissing: {
    code: 'client-id-missing',
    exit: 'usage',
    en: '{issuer} is not a Latchkey issuer, so its client for this command has another name: give it by --client-id.',
    zh: '{issuer} 不是 Latchkey 签发服务，其供此命令使用的客户端名称不同：请用 --client-id 指定。',
  },
  noSecret: {
    code: 'no-client-secret',
    exit: 'usage',
    en: 'There is no secret in {file}: it must be a file with the secret and nothing else.',
    zh: '{file} 中没有密钥：它必须是只含密钥的文件。',
  },
  notAKey: {
    code: 'not-a-dpop-key',
    exit: 'usage',
    en: '{file} holds no private key: a JWK with kty EC, crv P-256 and d. Without the file one is made.',
    zh: '{file} 中没有私钥：应为含 kty EC、crv P-256 和 d 的 JWK。没有该文件时会自动生成。',
  },
  notAPort: {
    code: 'not-a-port',
    exit: 'usage',
    en: '{received} is not a port: a whole number below 65536.',
    zh: '{received} 不是端口：必须是小于 65536 的整数。',
  },
  loginEnded: {
    code: 'login-ended',
    exit: 'denied',
    en: 'The sign-in at {issuer} has ended. Sign in again: latchkey login {issuer}',
    zh: '在 {issuer} 的登录已结束。请重新登录：latchkey login {issuer}',
  },
  noDeviceFlow: {
    code: 'no-device-flow',
    exit: 'failed',
    en: '{issuer} has no device authorization endpoint (RFC 8628). Sign in by the browser: without --device.',
    zh: '{issuer} 没有设备授权端点（RFC 8628）。请用浏览器登录：不使用 --device。',
  },
} satisfies Faults
