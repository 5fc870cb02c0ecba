/** Whose sessions the canary ends. New users get their time into their id, so nobody else is of the year 1970. */
export const CANARY_SUBJECT = 'u_00000000000000000000000000'
