export {
  type Block,
  type ErrorPage,
  type ErrorPageOutcome,
  parseErrorPage,
  type Section,
} from './error-page.ts'
export { errorCodes, errorPage } from './error-pages.ts'
