export {
  catalogueHash,
  EMPTY_CATALOGUE_HASH,
  isCatalogueHash,
  type NumberedRoute,
  nextCatalogueHash,
} from './catalogue-hash.ts'
export { type CompiledGrants, compileGrants } from './compile-grants.ts'
export { covers } from './covers.ts'
export { fitsList } from './fits-list.ts'
export { type Grant, printGrant } from './grant.ts'
export type { GrantError, GrantErrorCode } from './grant-error.ts'
export { coveringPlaces, grantFinder, grantPlace } from './grant-finder.ts'
export { grantIndex } from './grant-index.ts'
export { GRANT_LIMITS } from './grant-limits.ts'
export { bitmapGrants, grantsBitmap } from './grants-bitmap.ts'
export { type GrantOutcome, parseGrant } from './parse-grant.ts'
export {
  encodeRouteBitmap,
  hasRouteNumber,
  isRouteBitmap,
  MOST_ROUTE_NUMBERS,
  routeNumbersOf,
} from './route-bitmap.ts'
export { routeShape } from './route-shape.ts'
