-- Adds signals to a stream's queue, behind the others. With a place of the log it does so only from there, and notes the next
-- one in the same step, so that one process turns an entry into signals, once. Of too many the oldest go.
-- KEYS: signals, signals of the stream, texts of the stream
-- ARGV: deadline, stream, partition or '', place before, place after, most, seconds, {jti, expiry, text} ...
-- Reply: ok | moved
local signals_key, queue_key, texts_key = KEYS[1], KEYS[2], KEYS[3]
local state = cjson.decode(redis.call('HGET', signals_key, ARGV[2]) or '{"last":0,"places":{}}')
if ARGV[3] ~= '' then
  if (state.places['p' .. ARGV[3]] or '') ~= ARGV[4] then return {'moved'} end
  state.places['p' .. ARGV[3]] = ARGV[5]
end
for i = 8, #ARGV, 3 do
  state.last = state.last + 1
  redis.call('ZADD', queue_key, state.last, ARGV[i])
  redis.call('HSET', texts_key, ARGV[i], ARGV[i + 1] .. ' ' .. ARGV[i + 2])
end
local over = redis.call('ZCARD', queue_key) - tonumber(ARGV[6])
if over > 0 then
  for _, jti in ipairs(redis.call('ZRANGE', queue_key, 0, over - 1)) do redis.call('HDEL', texts_key, jti) end
  redis.call('ZREMRANGEBYRANK', queue_key, 0, over - 1)
end
for _, key in ipairs({queue_key, texts_key}) do
  if redis.call('TTL', key) < tonumber(ARGV[7]) then redis.call('EXPIRE', key, ARGV[7]) end
end
redis.call('HSET', signals_key, ARGV[2], cjson.encode(state))
-- The channel has the name of the key.
if #ARGV > 7 then redis.pcall('PUBLISH', signals_key, ARGV[2]) end
return {'ok'}
