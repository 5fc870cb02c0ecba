export type { ServiceRequestInit } from './call-service.ts'
export {
  createServiceClient,
  type ServiceCalls,
  type ServiceClient,
  type ServiceClientOptions,
  type ServiceOptions,
} from './service-client.ts'
export { ServiceClientError, type ServiceClientErrorFacts } from './service-client-error.ts'
