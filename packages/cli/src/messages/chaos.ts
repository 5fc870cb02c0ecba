import type { Faults, Helps, Texts } from './text.ts'

export const CHAOS_HELP = {
  run: {
    summary: {
      en: 'break a test cluster on purpose and count what holds',
      zh: '故意破坏测试集群，看哪些承诺仍然成立',
    },
    text: {
      en: 'Cuts, delays, freezes, kills and restarts the parts of a test cluster in turn, ends sessions meanwhile, and asks every service all the time with the tokens of the living and the dead. Fails when a promise is broken: a dead token accepted after T, a living person refused, something acknowledged lost. docs/operate/chaos.md shows such a file, and what comes out.',
      zh: '依次切断、延迟、冻结、杀死并重启测试集群的各个部分，其间结束会话，并不断用有效和已失效的令牌询问每个服务。若有承诺被打破则失败：T 之后仍接受已失效的令牌、拒绝仍有效的人、丢失已确认的操作。文件示例和输出见 docs/operate/chaos.md。',
    },
  },
} satisfies Helps

export const CHAOS = {
  starting: { en: 'Starting the cluster', zh: '正在启动集群' },
  breaking: { en: '{round} of {of}: {fault}', zh: '第 {round} 个，共 {of} 个：{fault}' },
  mending: {
    en: '{round} of {of}: mending after {fault}',
    zh: '第 {round} 个，共 {of} 个：{fault} 之后恢复',
  },
  columnFault: { en: 'FAULT', zh: '故障' },
  columnEnds: { en: 'ENDS', zh: '结束' },
  columnSlowest: { en: 'LAST ACCEPT', zh: '最后接受' },
  columnBack: { en: 'BACK AFTER', zh: '恢复用时' },
  columnBroken: { en: 'BROKEN', zh: '违约' },
  asked: {
    en: '{requests} requests: {accepted} accepted, {refused} refused, {closed} closed (503), {lost} without an answer. {dead} of them came more than {lease} ms after the end of their session.',
    zh: '共 {requests} 个请求：接受 {accepted}，拒绝 {refused}，关闭（503）{closed}，无回答 {lost}。其中 {dead} 个是在会话结束 {lease} 毫秒之后发出的。',
  },
  held: { en: 'Every promise held.', zh: '所有承诺都成立。' },
} satisfies Texts

export const CHAOS_FAULTS = {
  stopped: {
    code: 'chaos-stopped',
    exit: 'failed',
    en: 'The cluster cannot be tested as it is: {why}',
    zh: '集群目前的状态无法测试：{why}',
  },
  broken: {
    code: 'chaos-broken',
    exit: 'failed',
    en: 'Promises were broken. --seed {seed} breaks in the same order again.',
    zh: '有承诺被打破。用 --seed {seed} 可按同样的顺序再来一次。',
  },
  notASeed: {
    code: 'not-a-seed',
    exit: 'usage',
    en: '{text} is no seed: a whole number below 4294967296.',
    zh: '{text} 不是种子：应为小于 4294967296 的整数。',
  },
} satisfies Faults
