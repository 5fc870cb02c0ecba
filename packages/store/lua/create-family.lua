-- Starts a refresh family in a living session and notes the client in the session.
-- include: open-log living-session living-family
-- KEYS: session, cuts, head, log
-- ARGV: deadline, next epoch, now, family name, generation, rotated at, idle end, absolute end, facts, client id,
--       linger seconds, most families of a session
-- Reply: ok | dead
local now = tonumber(ARGV[3])
local head = open_log(KEYS[3], KEYS[4], ARGV[2])
local session = living_session(KEYS[1], KEYS[2], now)
if not session then return {'dead'} end

-- The family that was rotated longest ago makes room for a new one. The field `s` is the session itself.
if redis.call('HLEN', KEYS[1]) - 1 >= tonumber(ARGV[12]) then
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

local absolute = tonumber(ARGV[8])
local family = {
  generation = tonumber(ARGV[5]),
  rotated = tonumber(ARGV[6]),
  idle = math.min(tonumber(ARGV[7]), absolute),
  absolute = absolute,
  epoch = head.epoch,
  offset = head.offset,
  facts = ARGV[9],
}
redis.call('HSET', KEYS[1], 'f:' .. ARGV[4], family_text(family))
note_client(session, ARGV[10])
slide_session(session, family)
write_session(KEYS[1], session, now, tonumber(ARGV[11]))
return {'ok'}
