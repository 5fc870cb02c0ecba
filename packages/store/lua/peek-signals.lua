-- The oldest signals of a stream, and whether there are others behind them. Those whose second has passed are swept.
-- KEYS: signals of the stream, texts of the stream
-- ARGV: deadline, now, limit
-- Reply: ok, 1 when there are more, {jti, expiry, text} ...
local queue_key, texts_key = KEYS[1], KEYS[2]
local now, limit = tonumber(ARGV[2]), tonumber(ARGV[3])
local reply, found, rank = {'ok', 0}, 0, 0
while true do
  local jtis = redis.call('ZRANGE', queue_key, rank, rank + limit)
  if #jtis == 0 then return reply end
  for _, jti in ipairs(jtis) do
    local expiry, text = string.match(redis.call('HGET', texts_key, jti) or '0 ', '^(%d+) (.*)$')
    if now >= tonumber(expiry) then
      redis.call('ZREM', queue_key, jti)
      redis.call('HDEL', texts_key, jti)
    elseif found == limit then
      reply[2] = 1
      return reply
    else
      found, rank = found + 1, rank + 1
      for _, fact in ipairs({jti, expiry, text}) do reply[#reply + 1] = fact end
    end
  end
end
