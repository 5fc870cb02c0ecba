/**
 * Every verifier keeps every entry: beyond so many people, one entry about the audience costs less than one for each.
 */
const STALE_SUBJECTS = 100

/** Whom to publish `stale` about: the people whose rights have changed, or the audiences at which they have. */
export async function staleAbout(
  audiences: readonly string[],
  affected: (limit: number) => Promise<readonly string[]>,
): Promise<string[]> {
  const subjects = await affected(STALE_SUBJECTS + 1)
  return [...(subjects.length > STALE_SUBJECTS ? audiences : subjects)]
}
