-- Starts a refresh family in a living session and notes the client in the session.
-- include: living-session living-family
-- KEYS: session, cuts
-- ARGV: deadline, epoch and offset of its birth, now, family name, generation, rotated at, idle end, absolute end, facts,
--       client id, linger seconds, most families of a session, key thumbprint, what was asked for, claims for /userinfo
-- Reply: ok | dead
local now = tonumber(ARGV[4])
local session = living_session(KEYS[1], KEYS[2], now)
if not session then return {'dead'} end

-- The family that was rotated longest ago makes room for a new one. The field `s` is the session itself.
if redis.call('HLEN', KEYS[1]) - 1 >= tonumber(ARGV[13]) then
  local oldest, oldest_rotated
  local fields = redis.call('HGETALL', KEYS[1])
  for i = 1, #fields, 2 do
    local rotated = tonumber(string.match(fields[i + 1], '^%d+ (%d+)'))
    if fields[i] ~= 's' and (not oldest or rotated < oldest_rotated) then
      oldest, oldest_rotated = fields[i], rotated
    end
  end
  redis.call('HDEL', KEYS[1], oldest)
end

local absolute = tonumber(ARGV[9])
local family = {
  generation = tonumber(ARGV[6]),
  rotated = tonumber(ARGV[7]),
  idle = math.min(tonumber(ARGV[8]), absolute),
  absolute = absolute,
  epoch = tonumber(ARGV[2]),
  offset = tonumber(ARGV[3]),
  facts = ARGV[10],
  key = ARGV[14],
  asked = ARGV[15],
}
redis.call('HSET', KEYS[1], 'f:' .. ARGV[5], family_text(family))
note_client(session, ARGV[11], ARGV[16])
slide_session(session, family)
write_session(KEYS[1], session, now, tonumber(ARGV[12]))
return {'ok'}
