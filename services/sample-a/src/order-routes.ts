/** The goods behind the doors: routes that know nothing of tokens. Each one needs the grant of its method and path. */
import type { Verifier } from '@latchkey/verifier'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type NewOrder, orderBook } from './order-book.ts'
import { orderPage, ordersPage } from './pages.ts'
import { wantsPage } from './problems.ts'

export interface OrderRoutesOptions {
  verifier: Pick<Verifier, 'may'>
  /** Tells Live. */
  tell: (event: string) => void
}

export async function orderRoutes(app: FastifyInstance, { verifier, tell }: OrderRoutesOptions) {
  const orders = orderBook()
  const may = ({ caller }: FastifyRequest, method: string, route: string) =>
    caller !== undefined && verifier.may(caller, method, route)

  app.get('/orders', async (request, reply) => {
    if (!wantsPage(request)) return { orders: orders.all() }
    const rights = {
      place: may(request, 'POST', '/orders'),
      remove: may(request, 'DELETE', '/orders/:id'),
    }
    return reply.type('text/html').send(ordersPage(request, orders.all(), rights))
  })

  app.get<{ Params: { id: string } }>('/orders/:id', async (request, reply) => {
    const order = orders.find(request.params.id)
    if (!wantsPage(request)) return order
    return reply.type('text/html').send(orderPage(request, order))
  })

  app.post<{ Body: NewOrder }>(
    '/orders',
    { schema: { body: orders.schema } },
    async (request, reply) => {
      const order = orders.add(request.body)
      tell(`${order.id}: ${order.quantity} × ${order.item}`)
      return wantsPage(request) ? reply.redirect('/orders', 303) : reply.code(201).send(order)
    },
  )

  app.delete<{ Params: { id: string } }>('/orders/:id', async (request, reply) => {
    orders.remove(request.params.id)
    tell(`${request.params.id}: ✕`)
    return reply.code(204).send()
  })
}
