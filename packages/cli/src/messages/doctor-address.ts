import type { FindingTexts } from './doctor-findings.ts'

/** Of the public address, as a browser sees it. */
export const ADDRESS_FINDINGS = {
  'address-unknown': {
    what: {
      en: 'nobody knows the name {host} of the public address ({why}).',
      zh: '无法解析公开地址的名称 {host}（{why}）。',
    },
    mend: {
      en: 'Add it to the DNS, or correct issuer in the settings.',
      zh: '请将其加入 DNS，或更正设置中的 issuer。',
    },
  },
  'address-dead': {
    what: {
      en: 'nothing answers at the public address, port {port}: {list}.',
      zh: '公开地址的端口 {port} 无应答：{list}。',
    },
    mend: {
      en: 'Start the issuer or the proxy in front of it, and look at the firewall.',
      zh: '请启动签发服务或其前面的代理，并检查防火墙。',
    },
  },
  'address-partly-dead': {
    what: {
      en: 'some of the addresses in the DNS are dead, port {port}: {list}. Browsers that take one of them wait.',
      zh: 'DNS 中的部分地址在端口 {port} 无应答：{list}。选中它们的浏览器会等待。',
    },
    mend: {
      en: 'Take them out of the DNS, or let something listen there, IPv6 too.',
      zh: '请从 DNS 中移除，或让其有服务监听（包括 IPv6）。',
    },
  },
  'tls-failed': {
    what: {
      en: 'no TLS connection to the public address comes about: {why}.',
      zh: '无法与公开地址建立 TLS 连接：{why}。',
    },
    mend: {
      en: 'Look whether that port speaks TLS, and at the log of the proxy.',
      zh: '请检查该端口是否使用 TLS，并查看代理的日志。',
    },
  },
  'certificate-name': {
    what: {
      en: 'the certificate is not for {host}, but for {names}: browsers refuse it.',
      zh: '证书不是 {host} 的，而是 {names} 的：浏览器会拒绝。',
    },
    mend: {
      en: 'Get one that names {host}, or let the proxy choose it by the name (SNI).',
      zh: '请获取包含 {host} 的证书，或让代理按名称（SNI）选择。',
    },
  },
  'certificate-expired': {
    what: {
      en: 'the certificate ended {days} days ago: browsers refuse it.',
      zh: '证书已过期 {days} 天：浏览器会拒绝。',
    },
    mend: {
      en: 'Renew it, and find out why that has not happened by itself.',
      zh: '请续期，并查明为何没有自动续期。',
    },
  },
  'certificate-early': {
    what: {
      en: 'the certificate begins at {from}: until then browsers refuse it.',
      zh: '证书自 {from} 起才有效：此前浏览器会拒绝。',
    },
    mend: {
      en: 'Look at the clock of this machine, or use the certificate of before.',
      zh: '请检查本机时钟，或使用之前的证书。',
    },
  },
  'certificate-soon': {
    what: { en: 'the certificate ends in {days} days.', zh: '证书将在 {days} 天后过期。' },
    mend: {
      en: 'Renew it, and find out why that has not happened by itself.',
      zh: '请续期，并查明为何没有自动续期。',
    },
  },
  'certificate-untrusted': {
    what: {
      en: 'nobody that this machine trusts vouches for the certificate ({why}).',
      zh: '本机信任的机构均未为该证书作保（{why}）。',
    },
    mend: {
      en: 'Let the server send the whole chain. A certificate authority of your own must be in every browser, and here in NODE_EXTRA_CA_CERTS.',
      zh: '请让服务器发送完整证书链。自建证书机构须在每个浏览器中，此处则用 NODE_EXTRA_CA_CERTS。',
    },
  },
  'discovery-failed': {
    what: { en: 'the public address does not answer ({why}).', zh: '公开地址没有应答（{why}）。' },
    mend: {
      en: 'Look at the log of the proxy, and whether it reaches the issuer.',
      zh: '请查看代理的日志，以及它能否到达签发服务。',
    },
  },
  'discovery-redirects': {
    what: {
      en: 'the public address sends discovery on to {to}: clients do not follow.',
      zh: '公开地址将发现请求重定向到 {to}：客户端不会跟随。',
    },
    mend: {
      en: 'Let the proxy pass on every path of the issuer, or correct issuer in the settings.',
      zh: '请让代理转发签发服务的所有路径，或更正设置中的 issuer。',
    },
  },
  'discovery-none': {
    what: {
      en: 'what answers at the public address is no issuer (status {status}).',
      zh: '公开地址的应答者不是签发服务（状态 {status}）。',
    },
    mend: {
      en: 'Let the proxy pass on every path of the issuer, /.well-known too.',
      zh: '请让代理转发签发服务的所有路径，包括 /.well-known。',
    },
  },
  'discovery-issuer': {
    what: {
      en: 'the public address is that of another issuer, {claimed}: clients refuse its tokens.',
      zh: '公开地址属于另一签发服务 {claimed}：客户端会拒绝其令牌。',
    },
    mend: {
      en: 'Set issuer to exactly what clients use ({issuer}), or correct the proxy.',
      zh: '请将 issuer 设为与客户端所用完全一致（{issuer}），或更正代理。',
    },
  },
  'clock-differs': {
    what: {
      en: 'the clocks of this machine and the issuer differ by {seconds} s.',
      zh: '本机与签发服务的时钟相差 {seconds} 秒。',
    },
    mend: {
      en: 'Let both take their time from the same servers (NTP): services refuse tokens of the future.',
      zh: '请让两者从相同的服务器对时（NTP）：服务会拒绝来自未来的令牌。',
    },
  },
  'plain-address': {
    what: {
      en: '{address} answers without going to https: whoever types the name signs in unprotected, or not at all.',
      zh: '{address} 应答但不转到 https：直接输入名称的人会在无保护下登录，或无法登录。',
    },
    mend: {
      en: 'Let the proxy answer there with 301 to https and nothing else.',
      zh: '请让代理在此仅以 301 转到 https。',
    },
  },
  'probe-refused': {
    what: {
      en: 'the probe of the public address was not answered by this issuer ({why}).',
      zh: '此签发服务未应答公开地址的探测（{why}）。',
    },
    mend: {
      en: 'Let the proxy pass on every path and header, and see that all issuers behind it have the same master key.',
      zh: '请让代理转发所有路径和标头，并确保其后的签发服务使用相同的主密钥。',
    },
  },
  'proxy-host': {
    what: {
      en: 'the proxy changes Host: {host} arrives instead of {expected}.',
      zh: '代理更改了 Host：到达的是 {host} 而非 {expected}。',
    },
    mend: {
      en: 'nginx: proxy_set_header Host $http_host.',
      zh: '请让其保持不变，nginx：proxy_set_header Host $http_host。',
    },
  },
  'proxy-untrusted': {
    what: {
      en: 'a proxy passes on requests, and is not believed: everybody counts as {address}, so that one who guesses passwords locks out all.',
      zh: '有代理转发请求但未被信任：所有人都算作 {address}，一人猜密码会使所有人被拒。',
    },
    mend: { en: 'Name its address in trusted_proxies.', zh: '请在 trusted_proxies 中填写其地址。' },
  },
  'proxy-silent': {
    what: {
      en: 'a trusted proxy does not say for whom it asks: everybody counts as {address}.',
      zh: '受信任的代理未说明为谁转发：所有人都算作 {address}。',
    },
    mend: {
      en: 'nginx: proxy_set_header X-Forwarded-For $remote_addr.',
      zh: '请让其说明，nginx：proxy_set_header X-Forwarded-For $remote_addr。',
    },
  },
  'proxy-proto': {
    what: {
      en: 'the proxy says that browsers come by {proto}, and the issuer is {expected}.',
      zh: '代理称浏览器经由 {proto} 访问，而签发服务为 {expected}。',
    },
    mend: {
      en: 'Let it close {proto}, or set X-Forwarded-Proto to $scheme where TLS ends.',
      zh: '请让其关闭 {proto}，或在终止 TLS 处将 X-Forwarded-Proto 设为 $scheme。',
    },
  },
  'cookie-not-set': {
    what: {
      en: 'the proxy takes the cookies out of answers: nobody can sign in.',
      zh: '代理去掉了应答中的 Cookie：无人能登录。',
    },
    mend: {
      en: 'Let it pass on Set-Cookie; look for a cache or a filter of headers.',
      zh: '请让其转发 Set-Cookie；检查是否有缓存或标头过滤。',
    },
  },
  'cookie-changed': {
    what: {
      en: 'the proxy changes cookies, and browsers drop them: {cookie}.',
      zh: '代理更改了 Cookie，浏览器会丢弃：{cookie}。',
    },
    mend: {
      en: 'Leave name, Path, Secure and the missing Domain as they are: no proxy_cookie_path, proxy_cookie_domain or proxy_cookie_flags.',
      zh: '请保持名称、Path、Secure 及无 Domain 不变：不要使用 proxy_cookie_path、proxy_cookie_domain 或 proxy_cookie_flags。',
    },
  },
  'cookie-lost': {
    what: {
      en: 'cookies of browsers do not reach the issuer: nobody stays signed in.',
      zh: '浏览器的 Cookie 未到达签发服务：无人能保持登录。',
    },
    mend: {
      en: 'Let the proxy pass on Cookie; look for a cache or a filter of headers.',
      zh: '请让代理转发 Cookie；检查是否有缓存或标头过滤。',
    },
  },
  'cache-control': {
    what: {
      en: 'the proxy changes Cache-Control to {value}: answers with tokens may be kept by caches.',
      zh: '代理将 Cache-Control 改为 {value}：带令牌的应答可能被缓存。',
    },
    mend: {
      en: 'Let it leave the header as it is, and cache nothing of the issuer.',
      zh: '请让其保持该标头不变，并且不缓存签发服务的任何内容。',
    },
  },
} satisfies Readonly<Record<string, FindingTexts>>
