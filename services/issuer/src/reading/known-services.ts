import type { Services } from '@latchkey/directory'
import { StoreUnavailable } from '@latchkey/protocol'

/**
 * The services for reading tokens: as they are now, or, while SQL is away, as they were read last, so that administrators can
 * go on ending things (docs/architecture.md). That is sound because whatever ends a service or its key stands in the
 * revocation log, which readers look at as well. For making tokens it would not be.
 */
export async function knownServices(
  services: Pick<Services, 'list'>,
): Promise<Pick<Services, 'list'>> {
  let last = await services.list()
  return {
    list: async () => {
      try {
        last = await services.list()
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error
      }
      return last
    },
  }
}
