/**
 * Places in one list: 32 KiB before compression, most of them empty. At 300 s for a token that is 870 new tokens in a second for each
 * partition of the store; when all are taken, no token is made until one has expired.
 */
export const STATUS_LIST_PLACES = 2 ** 18
