-- Redeems one generation of a refresh family: docs/architecture.md, RFC 9700 section 4.14.2, RFC 9449 section 5.
-- include: open-log append-entry living-session clients living-family outbox
-- KEYS: session, cuts, head, log, outbox, outbox due, outbox new
-- ARGV: deadline, next epoch, now, family name, generation, client id, grace seconds, idle end, linger seconds,
--       partition, sid, entry expiry, key thumbprint, linger seconds of settled deliveries
-- Reply: rotated, family, sub, epoch, offset, rotated at before
--        replayed, family, sub, epoch, offset
--        reused, family, sub, epoch, offset, digest, session
--        dead | foreign | key_differs
local now = tonumber(ARGV[3])
local head = open_log(KEYS[3], KEYS[4], ARGV[2])
local session = living_session(KEYS[1], KEYS[2], now)
local family = session and living_family(session, KEYS[2], ARGV[4], now)
if not family then return {'dead'} end
if family.client ~= ARGV[6] then return {'foreign'} end
if family.key ~= '' and family.key ~= ARGV[13] then return {'key_differs'} end

local function reply(word, ...)
  return {word, family_reply(family), session.sub, head.epoch, head.offset, ...}
end

local generation = tonumber(ARGV[5])
local in_grace = now - family.rotated < tonumber(ARGV[7])
if generation == family.generation - 1 and in_grace then return reply('replayed') end
if generation < family.generation then
  append_entry(KEYS[3], KEYS[4], head, ARGV[10], {'session', ARGV[11], ARGV[12], 'refresh_reused', session.sub, ''})
  redis.call('DEL', KEYS[1])
  add_deliveries(KEYS[5], KEYS[6], KEYS[7], ended_session(ARGV[11], session), now, tonumber(ARGV[12]), tonumber(ARGV[14]))
  return reply('reused', head.digest, session_reply(session))
end
-- A generation newer than ours carries the issuer's MAC: the store lost writes, and the record moves forward.
local before = family.rotated
family.generation, family.rotated = generation + 1, now
family.idle = math.min(tonumber(ARGV[8]), family.absolute)
keep_family(session, family)
write_session(KEYS[1], session, now, tonumber(ARGV[9]))
return reply('rotated', before)
