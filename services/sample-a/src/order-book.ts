/** Orders in memory: this sample is about who may call what, not about keeping things. */

export interface NewOrder {
  item: string
  quantity: string
}

export interface Order {
  readonly id: string
  readonly item: string
  readonly quantity: number
  readonly placedAt: string
}

/** Answered with 404. */
class OrderUnknown extends Error {
  readonly statusCode = 404
  readonly code = 'order-unknown'
  constructor() {
    super('There is no such order')
  }
}

/** Of the newest so many; the oldest one gives way. */
const MOST_ORDERS = 500

export function orderBook() {
  const orders = new Map<string, Order>()
  let last = 1000

  function add({ item, quantity }: NewOrder): Order {
    last += 1
    const id = String(last)
    const order = { id, item, quantity: Number(quantity), placedAt: new Date().toISOString() }
    orders.set(id, order)
    const [oldest] = orders.keys()
    if (orders.size > MOST_ORDERS && oldest !== undefined) orders.delete(oldest)
    return order
  }

  function find(id: string): Order {
    const order = orders.get(id)
    if (!order) throw new OrderUnknown()
    return order
  }

  add({ item: 'Brass padlock', quantity: '3' })
  add({ item: 'Spare keys', quantity: '12' })
  add({ item: 'Door chain', quantity: '1' })

  return {
    add,
    all: (): Order[] => [...orders.values()].reverse(),
    find,
    remove: (id: string): boolean => orders.delete(find(id).id),
    schema: {
      type: 'object',
      required: ['item', 'quantity'],
      additionalProperties: false,
      properties: {
        item: { type: 'string', minLength: 1, maxLength: 80 },
        quantity: { type: 'string', pattern: '^[1-9][0-9]{0,3}$' },
      },
    },
  }
}
