import type { FindingTexts } from './doctor-findings.ts'

/** Of the process, its feed, keys, clients and settings. */
export const ISSUER_FINDINGS = {
  'lease-none': {
    what: {
      en: 'no lease can be given: the store has not confirmed a write. Services answer 503 when their lease is over.',
      zh: '无法发放租约：存储没有确认写入。租约结束后服务会应答 503。',
    },
    mend: {
      en: 'Look whether Redis answers and takes writes, and what the log of the issuer says of the store.',
      zh: '请检查 Redis 是否应答并接受写入，以及签发服务日志中关于存储的内容。',
    },
  },
  'lease-old': {
    what: {
      en: 'the last write that the store confirmed is old.',
      zh: '存储确认的最后一次写入已久。',
    },
    mend: {
      en: 'The store is slow, or the issuer has too much to do: look at the latency of Redis and the load of the issuer.',
      zh: '存储缓慢，或签发服务负载过高：请检查 Redis 的延迟和签发服务的负载。',
    },
  },
  'verifiers-unknown': {
    what: {
      en: 'the store could not tell which verifiers other issuer processes have.',
      zh: '存储无法告知其他签发服务进程的验证器。',
    },
    mend: { en: 'Look whether Redis answers.', zh: '请检查 Redis 是否应答。' },
  },
  'verifiers-none': {
    what: { en: 'no service is on the feed.', zh: '没有服务连接到推送。' },
    mend: {
      en: 'If there should be one, look whether it reaches the issuer address that it is configured with, and at its log.',
      zh: '如果应当有，请检查它能否到达所配置的签发服务地址，并查看它的日志。',
    },
  },
  'service-gone': {
    what: {
      en: '{service} has no verifier on the feed, and had one in the last hour.',
      zh: '{service} 没有连接到推送的验证器，而最近一小时内曾有。',
    },
    mend: {
      en: 'If it was not stopped on purpose, it answers 503: look whether it runs and reaches an issuer.',
      zh: '如果不是有意停止，它会应答 503：请检查它是否在运行并能到达签发服务。',
    },
  },
  'verifier-behind': {
    what: {
      en: 'a verifier of {service} ({instance}) is not up to date.',
      zh: '{service} 的一个验证器（{instance}）不是最新。',
    },
    mend: {
      en: 'If this stays so, its process is overloaded or suspended, or its link is slow: look at the process.',
      zh: '如果一直如此，则其进程过载或被挂起，或链路缓慢：请检查该进程。',
    },
  },
  'canary-off': {
    what: {
      en: 'the canary is off, so nobody knows how long ends take.',
      zh: '金丝雀已关闭，无从得知结束所需的时间。',
    },
    mend: { en: 'Set feed.canary_seconds to 30.', zh: '请将 feed.canary_seconds 设为 30。' },
  },
  'canary-failed': {
    what: {
      en: 'the canary could not end its session {count} times, because the store was away.',
      zh: '因为存储不可用，金丝雀有 {count} 次未能结束其会话。',
    },
    mend: {
      en: 'Look at the log of the issuer and of Redis for that time.',
      zh: '请查看当时签发服务和 Redis 的日志。',
    },
  },
  'canary-unconfirmed': {
    what: {
      en: 'a verifier did not confirm an end of the canary within T, {count} times.',
      zh: '有 {count} 次，验证器未在 T 之内确认金丝雀的结束。',
    },
    mend: {
      en: 'It is closed then by its lease; the log of the issuer names it. Look at its process and its link.',
      zh: '届时它会因租约而关闭；签发服务的日志中有其名称。请检查其进程和链路。',
    },
  },
  'check-late': {
    what: {
      en: '{check} could not be looked at within {seconds} s: something hangs.',
      zh: '未能在 {seconds} 秒内检查 {check}：有部分挂起。',
    },
    mend: {
      en: 'Look whether the server behind it answers, and at the load of both machines.',
      zh: '请检查其后的服务器是否应答，以及两台机器的负载。',
    },
  },
  'check-failed': {
    what: { en: '{check} could not be looked at: {why}.', zh: '无法检查 {check}：{why}。' },
    mend: {
      en: 'Look whether the server behind it runs and can be reached from the issuer, and at the log of the issuer.',
      zh: '请检查其后的服务器是否在运行、签发服务能否到达，并查看签发服务的日志。',
    },
  },
  'key-pending': {
    what: {
      en: 'the key {kid} of {services} has been waiting for {hours} hours for somebody to take it.',
      zh: '{services} 的密钥 {kid} 已等待 {hours} 小时，尚未被全部接收。',
    },
    mend: {
      en: 'latchkey keys list says who lacks it: start that verifier again, or end it if nobody needs it.',
      zh: 'latchkey keys list 会显示谁还没有它：请重启该验证器，不再需要则停止它。',
    },
  },
  'key-retiring': {
    what: {
      en: 'the key {kid} of {services} should be retired by now; it has been retiring for {hours} hours.',
      zh: '{services} 的密钥 {kid} 早应停用，已停用中 {hours} 小时。',
    },
    mend: {
      en: 'No issuer process does its housekeeping: look whether the directory takes writes, and at the log of the issuer.',
      zh: '没有签发服务进程在执行维护：请检查目录是否接受写入，并查看签发服务的日志。',
    },
  },
  'key-old': {
    what: {
      en: 'the key {kid} of {services} has not been replaced for {days} days.',
      zh: '{services} 的密钥 {kid} 已 {days} 天未更换。',
    },
    mend: {
      en: 'Replace it while nothing is wrong: latchkey keys rotate --help. Nobody is signed out.',
      zh: '请在一切正常时更换：latchkey keys rotate --help。不会有人被登出。',
    },
  },
  'secret-weak': {
    what: {
      en: 'clients whose secret looks made up, or is that of an example ({count}): {clients}.',
      zh: '{count} 个客户端的密钥像是编造的，或来自示例：{clients}。',
    },
    mend: {
      en: 'Give each a random one: latchkey clients secrets add CLIENT, then remove the old one.',
      zh: '请换成随机密钥：latchkey clients secrets add CLIENT，然后移除旧的。',
    },
  },
  'secret-old': {
    what: {
      en: 'clients whose secret is older than a year ({count}): {clients}.',
      zh: '{count} 个客户端的密钥已超过一年：{clients}。',
    },
    mend: {
      en: 'Add a second one, bring it to the client, then remove the old one: latchkey clients secrets add CLIENT.',
      zh: '请添加第二个，交给客户端后移除旧的：latchkey clients secrets add CLIENT。',
    },
  },
  'redirect-plain': {
    what: {
      en: 'clients with a secret that answer to an http address of a developer ({count}): {clients}.',
      zh: '{count} 个带密钥的客户端使用开发者机器的 http 地址：{clients}。',
    },
    mend: {
      en: 'Take the http addresses out of redirect_uris and post_logout_redirect_uris, or register a client of its own for development.',
      zh: '请从 redirect_uris 和 post_logout_redirect_uris 中去掉 http 地址，或为开发另行注册客户端。',
    },
  },
  'node-version': {
    what: {
      en: 'the issuer runs on Node {version}, which is not, or not for long, supported.',
      zh: '签发服务运行于 Node {version}，它不受支持或支持期很短。',
    },
    mend: {
      en: 'Run it on an even version from 24 on, which is supported for years.',
      zh: '请使用 24 起的偶数版本，它们受支持多年。',
    },
  },
  'disk-full': {
    what: {
      en: 'the disk of {folder} is full: {free_mib} MiB are left.',
      zh: '{folder} 所在磁盘已满：仅剩 {free_mib} MiB。',
    },
    mend: {
      en: 'Make room now: a database that cannot grow refuses every write.',
      zh: '请立即腾出空间：无法增长的数据库会拒绝一切写入。',
    },
  },
  'disk-low': {
    what: {
      en: 'the disk of {folder} is nearly full: {free_mib} MiB are left.',
      zh: '{folder} 所在磁盘将满：剩余 {free_mib} MiB。',
    },
    mend: {
      en: 'Make room, or move data_dir to a larger disk.',
      zh: '请腾出空间，或将 data_dir 移到更大的磁盘。',
    },
  },
  'data-folder-open': {
    what: {
      en: 'the data folder {folder} is open to other users of the machine; it holds the master key.',
      zh: '数据目录 {folder} 对本机其他用户开放，其中有主密钥。',
    },
    mend: { en: 'chmod 700 {folder}', zh: '请运行 chmod 700 {folder}' },
  },
  'issuer-silent': {
    what: { en: 'the issuer says nothing of itself: {why}', zh: '签发服务没有应答：{why}' },
    mend: {
      en: 'Start it, or look at its log. What follows is what can be seen without it.',
      zh: '请启动它，或查看其日志。以下是没有它也能看到的内容。',
    },
  },
  'issuer-unasked': {
    what: {
      en: 'no issuer was asked: there are no credentials here.',
      zh: '未询问签发服务：此处没有凭据。',
    },
    mend: {
      en: 'Start the issuer here, name its folder by --data-dir, or sign in: latchkey login ADDRESS.',
      zh: '请在此启动签发服务，用 --data-dir 指定其目录，或登录：latchkey login 地址。',
    },
  },
  settings: {
    what: { en: 'the settings are refused. {faults}', zh: '设置被拒绝。{faults}' },
    mend: {
      en: 'Mend each line as it says; docs/operate/configuration.md lists all settings.',
      zh: '请按各行说明修改；docs/operate/configuration.md 列出了所有设置。',
    },
  },
} satisfies Readonly<Record<string, FindingTexts>>
