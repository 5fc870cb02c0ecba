import { relative } from 'node:path'
import { DEMO_USERS, type DemoAddresses, type DemoSecrets } from './demo-cluster.ts'

export interface BannerFacts {
  readonly addresses: DemoAddresses
  readonly secrets: DemoSecrets
  readonly dataDir: string
  readonly seconds: number
  readonly onRedis: boolean
}

/** What `npm start` shows when everything runs. Fits into 80 columns, but for a long path of the data folder. */
export function banner({ addresses, secrets, dataDir, seconds, onRedis }: BannerFacts): string {
  const users = DEMO_USERS.map(
    ({ username, may }) => `    ${username.padEnd(8)} ${secrets.passwords[username]}   ${may}`,
  )
  const kept = onRedis ? 'sessions in Redis' : 'embedded: sessions in SQLite'
  return `
  Latchkey is running (${seconds.toFixed(1)} s; ${kept})

    Orders   ${addresses.orders}   ← begin here / 从这里开始
    Live     ${addresses.live}   a page with a WebSocket
    Reports  ${addresses.reports}   an API, called by Orders
    Issuer   ${addresses.issuer}   where people sign in

  Sign in as / 登录用户
${users.join('\n')}

  Sign in at Live, then end it from here / 登录后在此结束会话
    npx latchkey sessions end --user rita --wait${elsewhere(dataDir)}

  Data in ${shortest(dataDir)}; the story as a program: npm run demo
  Ctrl-C ends everything / 按 Ctrl-C 结束
`
}

/** Commands find the default folder by themselves. */
function elsewhere(folder: string): string {
  const below = shortest(folder)
  return below === '.latchkey' ? '' : ` --data-dir ${below}`
}

function shortest(folder: string): string {
  const below = relative(process.cwd(), folder)
  return below === '' || below.startsWith('..') ? folder : below
}
