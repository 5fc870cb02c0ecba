export { type Chromium, launchChromium } from './chromium.ts'
export { type Cluster, startCluster } from './cluster.ts'
export type {
  ClusterOptions,
  NamedGrants,
  ServiceEnvironment,
  TestRole,
  TestService,
  TestUser,
} from './cluster-options.ts'
export { type CookieJar, cookieJar } from './cookie-jar.ts'
export { freePort } from './free-port.ts'
export { formsOf, type HtmlForm } from './html-form.ts'
export { type HttpBrowser, httpBrowser, type Page, type RequestOptions } from './http-browser.ts'
export { exchange, type HttpAnswer } from './http-exchange.ts'
export { seededRandom } from './seeded-random.ts'
export { type TestClock, testClock } from './test-clock.ts'
