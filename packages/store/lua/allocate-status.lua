-- Takes a free place of a status list: the first free one of those proposed, else the next behind the last of them.
-- KEYS: status, status due
-- ARGV: deadline, now, expiry, facts, capacity, most to sweep, proposed place ...
-- Reply: ok, place | full
local status_key, due_key = KEYS[1], KEYS[2]
local now, expires, capacity = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[5])
for _, place in ipairs(redis.call('ZRANGEBYSCORE', due_key, '-inf', now, 'LIMIT', 0, ARGV[6])) do
  redis.call('HDEL', status_key, place)
  redis.call('ZREM', due_key, place)
end
if redis.call('HLEN', status_key) >= capacity then return {'full'} end

local place
for i = 7, #ARGV do
  place = tonumber(ARGV[i])
  if redis.call('HEXISTS', status_key, place) == 0 then break end
end
while redis.call('HEXISTS', status_key, place) == 1 do place = (place + 1) % capacity end

redis.call('HSET', status_key, place, ARGV[3] .. ' ' .. ARGV[4])
redis.call('ZADD', due_key, expires, place)
for _, key in ipairs({status_key, due_key}) do
  if redis.call('TTL', key) < expires - now then redis.call('EXPIRE', key, expires - now) end
end
return {'ok', place}
