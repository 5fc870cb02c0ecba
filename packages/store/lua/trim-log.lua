-- Drops entries from the old end of the log up to the first one that may still match a token, a batch at a time.
-- KEYS: log
-- ARGV: deadline, now, most entries
-- Reply: ok, entries dropped
local dropped = 0
local last
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', ARGV[3])) do
  if tonumber(entry[2][6]) >= tonumber(ARGV[2]) then break end
  dropped, last = dropped + 1, tonumber(string.match(entry[1], '^%d+'))
end
if last then redis.call('XTRIM', KEYS[1], 'MINID', string.format('%.0f-0', last + 1)) end
return {'ok', dropped}
