/** Where the store tells what the operator should know. A pino or Fastify logger fits. */
export interface StoreLog {
  info(facts: Record<string, unknown>, message: string): void
  warn(facts: Record<string, unknown>, message: string): void
}
