-- Takes signals out of a stream's queue; without any, forgets the stream and all that is its own.
-- KEYS: signals, signals of the stream, texts of the stream
-- ARGV: deadline, stream, jti ...
-- Reply: ok
local signals_key, queue_key, texts_key = KEYS[1], KEYS[2], KEYS[3]
for i = 3, #ARGV do
  redis.call('ZREM', queue_key, ARGV[i])
  redis.call('HDEL', texts_key, ARGV[i])
end
if #ARGV == 2 then
  redis.call('HDEL', signals_key, ARGV[2])
  redis.call('DEL', queue_key)
  redis.call('DEL', texts_key)
end
return {'ok'}
