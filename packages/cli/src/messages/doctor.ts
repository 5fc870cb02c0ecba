import type { Faults, Helps, Texts } from './text.ts'

export const DOCTOR_HELP = {
  run: {
    summary: {
      en: 'look for what is wrong, and say how to mend it',
      zh: '查找问题，并说明如何解决',
    },
    text: {
      en: 'Looks at the feed: whether leases can be given, which verifiers are there and up to date, and how long ends take to reach them, as the canary has measured it. Fails when something is wrong.',
      zh: '检查推送：能否发放租约，有哪些验证器、是否最新，以及按金丝雀的测量，结束需要多久到达它们。发现问题时失败。',
    },
  },
} satisfies Helps

export const DOCTOR = {
  feed: { en: 'The feed', zh: '推送' },
  lease: {
    en: '  Leases of {lease} ms rest on a write of {age} ms ago.',
    zh: '  {lease} 毫秒的租约以 {age} 毫秒前的一次写入为据。',
  },
  noLease: { en: '  Leases: none can be given.', zh: '  租约：无法发放。' },
  canary: {
    en: '  Until a verifier applied an end of the canary ({runs} runs here, longest {max} ms):',
    zh: '  验证器使金丝雀的结束生效所用的时间（此处 {runs} 次，最长 {max} 毫秒）：',
  },
  fine: { en: 'Nothing is wrong.', zh: '一切正常。' },
} satisfies Texts

export const FINDINGS = {
  noLease: {
    en: 'No lease can be given: the store has not confirmed a write. Services answer 503 when their lease is over. Look whether Redis answers and takes writes, and what the log of the issuer says of the store.',
    zh: '无法发放租约：存储没有确认写入。租约结束后服务会应答 503。请检查 Redis 是否应答并接受写入，以及签发者日志中关于存储的内容。',
  },
  oldLease: {
    en: 'The last write that the store confirmed is old. It is slow, or the issuer has too much to do: look at the latency of Redis and the load of the issuer.',
    zh: '存储确认的最后一次写入已久。存储缓慢，或签发者负载过高：请检查 Redis 的延迟和签发者的负载。',
  },
  storeAway: {
    en: 'The store could not tell which verifiers other issuer processes have. Look whether Redis answers.',
    zh: '存储无法告知其他签发者进程的验证器。请检查 Redis 是否应答。',
  },
  noVerifiers: {
    en: 'No service is on the feed. If there should be one, look whether it reaches the issuer address that it is configured with, and at its log.',
    zh: '没有服务连接到推送。如果应当有，请检查它能否到达所配置的签发者地址，并查看它的日志。',
  },
  serviceGone: {
    en: '{service} has no verifier on the feed, and had one in the last hour. If it was not stopped on purpose, it answers 503: look whether it runs and reaches an issuer.',
    zh: '{service} 没有连接到推送的验证器，而最近一小时内曾有。如果不是有意停止，它会应答 503：请检查它是否在运行并能到达签发者。',
  },
  behind: {
    en: 'A verifier of {service} ({instance}) is not up to date. If this stays so, its process is overloaded or suspended, or its link is slow: look at the process.',
    zh: '{service} 的一个验证器（{instance}）不是最新。如果一直如此，则其进程过载或被挂起，或链路缓慢：请检查该进程。',
  },
  noCanary: {
    en: 'The canary is off. Set feed.canary_seconds to measure how long ends take.',
    zh: '金丝雀已关闭。请设置 feed.canary_seconds 以测量结束所需的时间。',
  },
  canaryFailed: {
    en: 'The canary could not end its session {count} times, because the store was away. Look at the log of the issuer and of Redis for that time.',
    zh: '因为存储不可用，金丝雀有 {count} 次未能结束其会话。请查看当时签发者和 Redis 的日志。',
  },
  unconfirmed: {
    en: 'A verifier did not confirm an end of the canary within T, {count} times. It is closed then by its lease; the log of the issuer names it. Look at its process and its link.',
    zh: '有 {count} 次，验证器未在 T 之内确认金丝雀的结束。届时它会因租约而关闭；签发者的日志中有其名称。请检查其进程和链路。',
  },
} satisfies Texts

export const DOCTOR_FAULTS = {
  findings: {
    code: 'doctor-findings',
    exit: 'failed',
    en: 'Findings: {count}',
    zh: '发现问题：{count}',
  },
} satisfies Faults
