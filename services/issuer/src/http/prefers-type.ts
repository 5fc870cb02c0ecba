/**
 * Whether `Accept` names this media type, and not JSON with more weight: RFC 9110 section 12.5.1. A wildcard names nothing: who
 * knows of the other form asks for it by name, and everybody else gets JSON.
 */
export function prefersType(accept: string | undefined, mediaType: string): boolean {
  const weight = weightOf(accept ?? '', mediaType)
  return weight > 0 && weight >= weightOf(accept ?? '', 'application/json')
}

/** From 0 to 1; 0 when the type is not named, or named as not wanted. */
function weightOf(accept: string, mediaType: string): number {
  for (const range of accept.toLowerCase().split(',')) {
    const [type, ...parameters] = range.split(';').map((part) => part.trim())
    if (type !== mediaType) continue
    const weight = parameters.find((parameter) => parameter.startsWith('q='))
    return weight === undefined ? 1 : Number(weight.slice(2)) || 0
  }
  return 0
}
