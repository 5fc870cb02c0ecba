-- Starts a refresh family in a living session and notes the client in the session.
-- include: living-session clients living-family room
-- KEYS: session, cuts
-- ARGV: deadline, epoch and offset of its birth, now, family name, generation, rotated at, idle end, absolute end, time of
--       the sign-in, facts, key thumbprint, what was asked for, client id, its claims for /userinfo, linger seconds,
--       most families of a session, most of one client in it
-- Reply: ok | dead
local now = tonumber(ARGV[4])
local session = living_session(KEYS[1], KEYS[2], now)
if not session then return {'dead'} end

make_room(session, ARGV[14], tonumber(ARGV[17]), tonumber(ARGV[18]))
local absolute = tonumber(ARGV[9])
keep_family(session, {
  place = #session.families + 1,
  name = ARGV[5],
  client_place = note_client(session, ARGV[14], ARGV[15]),
  generation = tonumber(ARGV[6]),
  rotated = tonumber(ARGV[7]),
  idle = math.min(tonumber(ARGV[8]), absolute),
  absolute = absolute,
  epoch = tonumber(ARGV[2]),
  offset = tonumber(ARGV[3]),
  auth_time = tonumber(ARGV[10]),
  facts = ARGV[11],
  key = ARGV[12],
  asked = ARGV[13],
})
write_session(KEYS[1], session, now, tonumber(ARGV[16]))
return {'ok'}
