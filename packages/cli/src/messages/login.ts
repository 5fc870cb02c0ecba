import type { Helps, Texts } from './text.ts'

export const LOGIN_HELP = {
  login: {
    summary: {
      en: 'sign in as yourself, by browser or device',
      zh: '以本人身份登录，用浏览器或设备',
    },
    text: {
      en: 'Signs you in at an issuer, by the browser of this machine or, with --device, by any other. The tokens are kept in a file of your own and refreshed; commands that find no credentials of a machine work with them, with your rights and under your name in the audit log. Any OpenID provider will do: name the client that you have registered there by --client-id, with http://127.0.0.1/callback as its redirect URI.',
      zh: '在签发服务登录：用本机的浏览器，或用 --device 在任何其他设备上。令牌保存在您自己的文件中并自动刷新；没有机器凭据的命令使用它们，具有您的权限，并以您的名义记入审计日志。任何 OpenID 提供方均可：用 --client-id 指定在那里注册的客户端，其重定向地址为 http://127.0.0.1/callback。',
    },
  },
  logout: {
    summary: {
      en: 'revoke the tokens of your login and forget it',
      zh: '吊销登录的令牌并忘记登录',
    },
    text: {
      en: 'Revokes the refresh token and the access token of your login (RFC 7009) and deletes its file, also when the issuer cannot be reached. Your session in the browser goes on.',
      zh: '吊销登录的刷新令牌和访问令牌（RFC 7009）并删除其文件，即使无法连接签发服务。浏览器中的会话继续有效。',
    },
  },
} satisfies Helps

export const LOGIN = {
  signedIn: { en: 'Signed in at {issuer} as {name}.', zh: '已在 {issuer} 以 {name} 登录。' },
  noRefresh: {
    en: 'It gave no refresh token: the login ends at {time}.',
    zh: '没有得到刷新令牌：登录于 {time} 结束。',
  },
  signedOut: {
    en: 'Signed out: the tokens of {issuer} are revoked and forgotten.',
    zh: '已退出：{issuer} 的令牌已吊销并忘记。',
  },
  forgotten: {
    en: 'The login at {issuer} is forgotten; its tokens could not be revoked ({why}) and end by themselves.',
    zh: '已忘记在 {issuer} 的登录；其令牌无法吊销（{why}），会自行到期。',
  },
  notSignedIn: { en: 'There is no login to end.', zh: '没有可结束的登录。' },
} satisfies Texts
