/**
 * How often somebody may guess: NIST SP 800-63B section 3.2.2 and the OWASP sheet on authentication. Windows end by themselves and no
 * account is ever locked for good, since a lock is a weapon in the hands of whoever knows a user name. There is no bound for
 * everybody together for the same reason; what all sign-ins may cost is bounded where passwords are hashed.
 */
export const GUESSING_LIMITS = {
  /**
   * Guesses at one account from one network. People mistype a few times; ten in a quarter of an hour is no way to search
   * a dictionary, and somebody in another network does not notice.
   */
  accountInNetwork: { limit: 10, windowSeconds: 900 },
  /**
   * Wrong guesses at one account from all networks together; then those wait that it has not signed in from lately. It is
   * what a botnet gets, and also what it takes to keep the owner out of new networks for the rest of an hour. A right
   * password does not begin it anew: a person who signs in all day would hand out another fifty each time.
   */
  account: { limit: 50, windowSeconds: 3600 },
  /** Wrong guesses from one network at all accounts together. A whole office mistypes less than this; right ones do not count. */
  network: { limit: 300, windowSeconds: 900 },
  /** One-time codes, by somebody who has the password: 3 of 1,000,000 are right at any moment. */
  code: { limit: 5, windowSeconds: 900 },
  /**
   * Wrong ones only, whatever right ones come between: keeps the chance of such a guesser under one in 10,000 a day. Nobody
   * without the password can use it up.
   */
  codePerDay: { limit: 30, windowSeconds: 86_400 },
} as const

/** A network stays known to an account for so long after its last sign-in there: people who are away for a month begin anew. */
export const KNOWN_NETWORK_SECONDS = 30 * 86_400
