import { weightedValues } from './weighted-values.ts'

/**
 * Whether `Accept` names this media type, and not JSON with more weight: RFC 9110 section 12.5.1. A wildcard names nothing: who
 * knows of the other form asks for it by name, and everybody else gets JSON.
 */
export function prefersType(accept: string | undefined, mediaType: string): boolean {
  const weight = weightOf(accept ?? '', mediaType)
  return weight > 0 && weight >= weightOf(accept ?? '', 'application/json')
}

/** 0 when the type is not named, or named as not wanted. */
function weightOf(accept: string, mediaType: string): number {
  return weightedValues(accept).find(({ value }) => value === mediaType)?.weight ?? 0
}
