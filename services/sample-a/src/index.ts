export { buildOrders, type OrdersOptions } from './app.ts'
