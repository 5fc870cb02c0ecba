-- Drops cuts that no living session is old enough for, one page of the hash at a time.
-- KEYS: cuts
-- ARGV: deadline, now, cursor
-- Reply: ok, next cursor ('0' at the end)
local page = redis.call('HSCAN', KEYS[1], ARGV[3], 'COUNT', 500)
for i = 1, #page[2], 2 do
  local expires = tonumber(string.match(page[2][i + 1], ':(%d+)$'))
  if expires < tonumber(ARGV[2]) then redis.call('HDEL', KEYS[1], page[2][i]) end
end
return {'ok', page[1]}
