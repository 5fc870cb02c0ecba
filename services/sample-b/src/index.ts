export { buildReports, type ReportsOptions } from './app.ts'
